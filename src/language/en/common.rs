//! Words that are never a name, and given names that are common enough to be one without a capital. Both lists are
//! evidence, not law: a capital or "my name is" outweighs the second, and being asked outweighs its absence.

/// A word of ordinary speech, which ends a name rather than being in it.
pub(super) fn is_ordinary(word: &str) -> bool {
    word.is_empty() || ORDINARY.binary_search(&word).is_ok()
}

/// A widespread given name.
pub(super) fn is_given_name(word: &str) -> bool {
    GIVEN.binary_search(&word).is_ok()
}

#[rustfmt::skip]
static ORDINARY: [&str; 529] = [
    "a", "able", "about", "absolutely", "actually", "additional", "address", "advance", "afraid", "after",
    "afternoon", "again", "ago", "ah", "ahead", "all", "allergic", "almost", "already", "alright", "also",
    "although", "always", "am", "an", "and", "another", "any", "anybody", "anyone", "anything", "anytime", "anyway",
    "apostrophe", "appointment", "appointments", "appreciate", "april", "are", "around", "as", "ask", "asking",
    "at", "available", "away", "awesome", "back", "bad", "be", "because", "been", "before", "being", "best",
    "better", "between", "big", "bit", "book", "booked", "booking", "both", "breakfast", "brilliant", "bring",
    "business", "busy", "but", "by", "bye", "call", "called", "caller", "calling", "came", "can", "cancel",
    "cancelled", "capital", "case", "certainly", "change", "cheap", "check", "checking", "cheers", "choose",
    "client", "closed", "come", "coming", "confirm", "confirmed", "confirms", "cool", "correct", "could", "couple",
    "course", "crazy", "currently", "customer", "cut", "dad", "dash", "daughter", "day", "days", "dear", "december",
    "decide", "definitely", "detail", "details", "did", "different", "dinner", "do", "doctor", "does", "doing",
    "done", "double", "down", "dr", "driving", "each", "earlier", "early", "eight", "either", "eleven", "else",
    "email", "emergency", "end", "enough", "er", "evening", "ever", "every", "everybody", "everyone", "everything",
    "exactly", "excellent", "excuse", "expensive", "fantastic", "father", "february", "feel", "few", "fill",
    "final", "find", "fine", "first", "five", "flexible", "follow", "following", "for", "forgot", "found", "four",
    "free", "friday", "from", "full", "gave", "get", "getting", "give", "given", "go", "going", "gonna", "good",
    "goodbye", "got", "great", "guess", "had", "haircut", "half", "happen", "happening", "happy", "has", "have",
    "having", "he", "hear", "heard", "hell", "hello", "help", "her", "here", "hey", "hi", "him", "his", "hold",
    "hope", "hoping", "hour", "hours", "how", "huh", "hundred", "hurry", "husband", "hyphen", "i", "idea", "if",
    "ill", "important", "in", "indeed", "initial", "inquire", "instead", "interested", "into", "is", "it",
    "january", "july", "just", "keep", "kind", "know", "last", "lastname", "late", "later", "leave", "left", "less",
    "let", "letter", "like", "listen", "listening", "little", "long", "look", "looking", "lot", "lovely", "lunch",
    "ma", "madam", "made", "make", "making", "mam", "man", "manager", "many", "maybe", "me", "mean", "meant",
    "middle", "midnight", "might", "mind", "mine", "minute", "minutes", "miss", "mister", "mom", "moment", "monday",
    "months", "more", "morning", "most", "mother", "mr", "mrs", "ms", "much", "mum", "must", "my", "nah", "name",
    "named", "names", "need", "needed", "needing", "needs", "never", "new", "next", "nice", "night", "nine", "no",
    "nobody", "none", "noon", "nope", "not", "nothing", "november", "now", "number", "october", "of", "off",
    "offer", "oh", "ok", "okay", "on", "once", "one", "only", "open", "or", "other", "our", "out", "outside",
    "over", "own", "pardon", "party", "patient", "pay", "perfect", "perhaps", "person", "phone", "please", "plus",
    "possible", "prefer", "pretty", "problem", "put", "question", "quick", "quickly", "quite", "rather", "reaching",
    "ready", "really", "receptionist", "regarding", "repeat", "reschedule", "reservation", "reserve", "returning",
    "right", "running", "said", "same", "saturday", "saw", "say", "saying", "schedule", "second", "see", "seeing",
    "seeking", "sending", "sent", "september", "service", "set", "seven", "several", "shall", "she", "short",
    "should", "sick", "silly", "since", "sir", "six", "so", "some", "somebody", "someone", "something", "sometime",
    "son", "soon", "sorry", "sounds", "space", "speak", "speaking", "spell", "spelled", "spelling", "spelt",
    "started", "still", "stop", "straight", "strange", "stuck", "such", "sunday", "super", "sure", "surname",
    "sweet", "table", "take", "talk", "talking", "tell", "ten", "texting", "than", "thank", "thanks", "that", "the",
    "their", "them", "then", "there", "these", "they", "thing", "think", "third", "this", "those", "though",
    "thought", "thoughts", "three", "through", "thursday", "time", "tired", "to", "today", "together", "tomorrow",
    "tonight", "too", "totally", "trying", "tuesday", "twelve", "two", "um", "unavailable", "under",
    "unfortunately", "until", "up", "urgent", "us", "use", "usually", "very", "wait", "waiting", "want", "wanted",
    "wanting", "was", "way", "we", "wednesday", "week", "weeks", "weird", "welcome", "well", "went", "were", "what",
    "whatever", "when", "where", "whether", "which", "while", "who", "whole", "whose", "why", "wife", "will",
    "with", "within", "without", "wonderful", "wondering", "work", "working", "works", "worry", "would", "wow",
    "wrong", "yeah", "years", "yep", "yes", "yesterday", "yet", "yo", "you", "your", "yours", "yup", "zero",
];

#[rustfmt::skip]
static GIVEN: [&str; 528] = [
    "aaron", "abby", "abigail", "adam", "adrian", "agnes", "ahmed", "aisha", "alan", "albert", "alex", "alexander",
    "alexandra", "alfred", "ali", "alice", "alicia", "alina", "alison", "allison", "amanda", "amber", "amelia",
    "amir", "amy", "ana", "andrea", "andreas", "andrew", "andy", "angela", "anika", "anita", "ann", "anna", "anne",
    "annie", "anthony", "antonio", "anya", "ari", "arthur", "ashley", "audrey", "aurora", "austin", "ava",
    "barbara", "beatrice", "becky", "ben", "benjamin", "beth", "bethany", "betty", "beverly", "bill", "billy",
    "bob", "bobby", "brad", "bradley", "brandon", "brenda", "brian", "bridget", "brooke", "bruce", "bryan", "caleb",
    "calvin", "camila", "carl", "carla", "carlos", "carmen", "carol", "caroline", "carolyn", "carrie", "catherine",
    "cathy", "cecilia", "charles", "charlotte", "chloe", "chris", "christian", "christina", "christine",
    "christopher", "cindy", "claire", "clara", "claudia", "colin", "connor", "craig", "crystal", "cynthia", "daisy",
    "dan", "daniel", "daniela", "danielle", "danny", "darren", "dave", "david", "dawn", "dean", "deborah", "debra",
    "denise", "dennis", "derek", "diana", "diane", "diego", "dimitri", "dominic", "don", "donald", "donna", "dora",
    "doris", "dorothy", "doug", "douglas", "duncan", "dylan", "eddie", "edith", "edward", "eileen", "elaine",
    "eleanor", "elena", "eli", "elias", "elijah", "elisa", "elizabeth", "ella", "ellen", "ellie", "emily", "emma",
    "eric", "erica", "erik", "erin", "esther", "ethan", "eva", "evan", "eve", "evelyn", "farah", "fatima", "felix",
    "fiona", "florence", "frances", "francis", "frank", "fred", "gabriel", "gareth", "gary", "gavin", "gemma",
    "george", "georgia", "gerald", "gina", "giulia", "gloria", "gordon", "grace", "graham", "greg", "gregory",
    "gwen", "hailey", "hannah", "hans", "harold", "harriet", "harry", "harvey", "hassan", "heather", "hector",
    "heidi", "helen", "henry", "holly", "howard", "hugh", "ian", "ibrahim", "ida", "imran", "ingrid", "irene",
    "iris", "isaac", "isabel", "isabella", "isla", "ivan", "jack", "jackie", "jacob", "jake", "jamal", "james",
    "jamie", "jan", "jane", "janet", "janice", "jared", "jasmine", "jason", "javier", "jay", "jean", "jeff",
    "jeffrey", "jenna", "jennifer", "jenny", "jeremy", "jerry", "jesse", "jessica", "jill", "jim", "jimmy", "joan",
    "joanna", "joanne", "joe", "joel", "johan", "john", "johnny", "jon", "jonathan", "jordan", "jorge", "jose",
    "joseph", "josh", "joshua", "joy", "joyce", "juan", "judith", "judy", "julia", "julian", "julie", "justin",
    "kai", "kara", "karen", "karl", "kate", "katherine", "kathleen", "kathryn", "kathy", "katie", "kayla", "keith",
    "kelly", "ken", "kenneth", "kenny", "kevin", "kim", "kimberly", "kirsten", "klaus", "kristen", "kristin",
    "kurt", "kyle", "lara", "larry", "laura", "lauren", "lawrence", "layla", "lea", "leah", "lee", "leila", "lena",
    "leo", "leon", "leonard", "leslie", "lewis", "liam", "lily", "linda", "lindsay", "lisa", "liz", "lizzie",
    "logan", "lola", "lorraine", "louis", "louise", "luca", "lucas", "lucy", "luis", "luke", "lydia", "lynn",
    "maddie", "madison", "mandy", "marc", "marcel", "marco", "marcus", "margaret", "maria", "mariam", "marie",
    "marina", "mario", "marion", "mark", "marta", "martha", "martin", "mary", "mason", "mateo", "matt", "matthew",
    "maureen", "max", "maya", "megan", "mehmet", "melanie", "melissa", "mia", "michael", "michelle", "miguel",
    "mike", "mila", "miriam", "mohamed", "mohammed", "molly", "monica", "morgan", "muhammad", "nadia", "nancy",
    "naomi", "natalia", "natalie", "natasha", "nathan", "neil", "nicholas", "nick", "nicola", "nicole", "nigel",
    "nikolai", "nina", "noah", "nora", "norma", "norman", "oliver", "olivia", "omar", "oscar", "owen", "paige",
    "pam", "pamela", "patricia", "patrick", "patty", "paul", "paula", "pedro", "peggy", "penny", "pete", "peter",
    "phil", "philip", "phillip", "phoebe", "priya", "rachel", "ralph", "ramon", "randy", "raul", "ravi", "ray",
    "raymond", "rebecca", "richard", "rick", "riley", "rita", "rob", "robert", "robin", "rodney", "roger", "roland",
    "ron", "ronald", "rosa", "rose", "rosie", "ross", "roy", "ruby", "russell", "ruth", "ryan", "sabrina", "sally",
    "sam", "samantha", "samir", "samuel", "sandra", "sara", "sarah", "sasha", "scott", "sean", "sebastian",
    "sergio", "seth", "shane", "shannon", "sharon", "shawn", "sheila", "shirley", "simon", "sofia", "sonia",
    "sophia", "sophie", "stacy", "stan", "stefan", "stella", "stephanie", "stephen", "steve", "steven", "stuart",
    "sue", "suresh", "susan", "suzanne", "sylvia", "tamara", "tanya", "tara", "ted", "teresa", "terry", "theo",
    "theresa", "thomas", "tiffany", "tim", "timothy", "tina", "toby", "todd", "tom", "tommy", "tony", "tracy",
    "travis", "trevor", "tyler", "valerie", "vanessa", "vera", "veronica", "vicky", "victor", "victoria", "vincent",
    "violet", "virginia", "vivian", "walter", "wanda", "wayne", "wendy", "will", "william", "willow", "yasmin",
    "yolanda", "yusuf", "yvonne", "zachary", "zara", "zoe",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_so_that_they_can_be_searched() {
        assert!(ORDINARY.is_sorted());
        assert!(GIVEN.is_sorted());
    }
}
