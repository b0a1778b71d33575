# A throw-away Postgres: made, started, and deleted when standard input ends.
#
# Standard input is a pipe that only the test process holds open. The kernel closes it when that process ends, however it
# ends, so no server is left behind. Prints "ready FOLDER" once it answers; whatever else it prints says why it could not.
set -eu
bin=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/ringbook-postgres-XXXXXX")
server=

clean_up() {
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" || true
    fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

"$bin/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }

"$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses='' -c max_connections=300 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB \
    >"$folder/log" 2>&1 </dev/null &
server=$!

until "$bin/pg_isready" --quiet --host="$folder"; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/log"; exit 1; }
    sleep 0.05
done
echo "ready $folder"

cat >/dev/null
