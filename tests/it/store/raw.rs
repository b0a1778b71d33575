//! Rows that no store function would write: for tests of what happens when they are there.

use std::fmt::Write as _;

use ringbook::{domain::BusinessId, store::Engine};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::support::TestDb;

/// On a connection of its own.
pub(crate) async fn execute(test: &TestDb, sql: String) {
    let (url, sql) = (&test.connect.url, AssertSqlSafe(sql));
    match test.db.engine() {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

/// How many rows a table has.
pub(crate) async fn count(test: &TestDb, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {table}"));
    match test.db.engine() {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(&test.connect.url).await.unwrap();
            sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(&test.connect.url).await.unwrap();
            sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
    }
}

/// An id as a literal of the engine's.
pub(crate) fn literal(test: &TestDb, id: Uuid) -> String {
    match test.db.engine() {
        Engine::Postgres => format!("'{id}'"),
        Engine::Sqlite => {
            let hex = id.as_bytes().iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            format!("x'{hex}'")
        }
    }
}

pub(crate) async fn business(test: &TestDb, id: BusinessId) {
    let id = literal(test, id.0);
    execute(
        test,
        format!(
            "insert into businesses
                (id, name, zone, hours, languages, policies, ai_config, created_at, updated_at)
             values ({id}, 'Salon', 'UTC', '{{}}', '[]', '{{}}', '{{}}',
                '2027-01-01T00:00:00+00:00', '2027-01-01T00:00:00+00:00')"
        ),
    )
    .await;
}
