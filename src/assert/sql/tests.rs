//! Statements as people and programs write them, and what each of them is.

use proptest::prelude::*;

use super::*;

/// The kinds of each statement, joined; `?` where there may be more to it.
fn read(dialect: Dialect, origin: Origin, text: &str) -> Vec<String> {
    let statements = Reader::new(dialect, origin).read(text);
    let shown = |statement: &Statement| {
        let kinds: Vec<String> = statement.kinds.iter().map(Kind::to_string).collect();
        let unclear = if statement.unclear.is_some() { "?" } else { "" };
        format!("{}{unclear}", kinds.join("+"))
    };
    statements.iter().map(shown).collect()
}

#[track_caller]
fn check(dialect: Dialect, origin: Origin, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(read(dialect, origin, text), *expected, "{text}");
    }
}

#[test]
fn words_that_are_quoted_or_in_comments_are_no_statements() {
    use Dialect::*;
    check(
        Postgres,
        Origin::Client,
        &[
            ("SELECT 'DROP TABLE t; --'; -- DROP TABLE t", &["SELECT"]),
            ("SELECT $$; DROP TABLE t$$, $1, $x$ $$ ; $x$", &["SELECT"]),
            (r"SELECT E'it\'s; DROP TABLE t'", &["SELECT"]),
            (r"SELECT 'it\'; DROP TABLE t", &["SELECT", "DROP TABLE"]),
            ("SELECT \"drop\" FROM \"; delete\"", &["SELECT"]),
            ("/* DROP /* TABLE */ ; */ SELECT 1", &["SELECT"]),
            ("SELECT a[1] FROM t;\n\n;", &["SELECT"]),
            ("SELECT U&'\\0061;' ; VALUES (1)", &["SELECT", "VALUES"]),
        ],
    );
    check(
        MySql,
        Origin::Client,
        &[
            (r"SELECT 'it\'s; DROP TABLE t', `; drop`", &["SELECT"]),
            ("SELECT \"; DROP TABLE t\" # ; DROP TABLE t", &["SELECT"]),
            ("SELECT 1--1; DROP TABLE t", &["SELECT", "DROP TABLE"]),
            ("SELECT 1 -- 1; DROP TABLE t", &["SELECT"]),
            ("/*!50000 DROP TABLE t */", &["DROP TABLE"]),
            (
                "SELECT 1; /*! TRUNCATE t */; SELECT 2",
                &["SELECT", "TRUNCATE", "SELECT"],
            ),
            ("/* /* */ DELETE FROM t", &["DELETE without WHERE"]),
        ],
    );
    check(
        SqlServer,
        Origin::Client,
        &[
            (
                "SELECT [drop], N'it''s; DROP TABLE t' FROM [delete]",
                &["SELECT"],
            ),
            ("SELECT 1 /* DROP /* TABLE */ t */", &["SELECT"]),
        ],
    );
}

#[test]
fn a_statement_is_what_it_does() {
    check(
        Dialect::Postgres,
        Origin::Client,
        &[
            ("drop table if exists t", &["DROP TABLE"]),
            (
                "CREATE OR REPLACE TEMP VIEW v AS SELECT 1",
                &["CREATE VIEW"],
            ),
            ("CREATE UNIQUE INDEX i ON t (a)", &["CREATE INDEX"]),
            ("ALTER TABLE t DROP COLUMN c", &["ALTER TABLE"]),
            ("DELETE FROM t", &["DELETE without WHERE"]),
            ("DELETE FROM t WHERE id IN (SELECT 1)", &["DELETE"]),
            (
                "DELETE FROM t USING (SELECT 1 WHERE true) u",
                &["DELETE without WHERE"],
            ),
            ("UPDATE t SET a = 1", &["UPDATE without WHERE"]),
            ("SELECT * INTO x FROM t", &["SELECT INTO"]),
            ("(SELECT 1) UNION (SELECT 2)", &["SELECT"]),
            ("COPY t FROM PROGRAM 'curl x'", &["COPY FROM PROGRAM"]),
            ("COPY (SELECT 1) TO STDOUT", &["COPY TO"]),
            ("GRANT DELETE ON t TO r", &["GRANT"]),
            ("SET ROLE admin", &["SET ROLE"]),
            ("BEGIN; COMMIT", &["BEGIN", "COMMIT"]),
        ],
    );
}

#[test]
fn what_a_statement_does_on_the_side_counts() {
    check(
        Dialect::Postgres,
        Origin::Client,
        &[
            (
                "WITH x AS (SELECT 1) DELETE FROM t",
                &["DELETE without WHERE"],
            ),
            (
                "WITH x AS (DELETE FROM t WHERE a RETURNING *) SELECT * FROM x",
                &["SELECT+DELETE"],
            ),
            (
                "WITH a (b) AS MATERIALIZED (SELECT 1), delete AS (SELECT 2) SELECT 1",
                &["SELECT"],
            ),
            (
                "WITH RECURSIVE x AS (SELECT 1) SEARCH DEPTH FIRST BY a, b SET c UPDATE t SET a = 1",
                &["UPDATE without WHERE"],
            ),
            ("INSERT INTO t (update, delete) VALUES (1, 2)", &["INSERT"]),
            ("WITH x AS SELECT 1", &["?"]),
            ("EXPLAIN DELETE FROM t", &["EXPLAIN"]),
            (
                "EXPLAIN ANALYZE DELETE FROM t",
                &["EXPLAIN+DELETE without WHERE"],
            ),
            (
                "EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t WHERE a",
                &["EXPLAIN+DELETE"],
            ),
            ("EXPLAIN (ANALYZE off) DELETE FROM t", &["EXPLAIN"]),
            ("EXPLAIN VERBOSE SELECT 1", &["EXPLAIN"]),
            (
                "CREATE FUNCTION f() RETURNS int AS 'DELETE FROM t' LANGUAGE sql",
                &["CREATE FUNCTION"],
            ),
            (
                "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM u; NOTIFY x)",
                &["CREATE RULE"],
            ),
        ],
    );
    check(
        Dialect::MySql,
        Origin::Client,
        &[
            ("EXPLAIN FORMAT=JSON DELETE FROM t", &["EXPLAIN"]),
            ("EXPLAIN ANALYZE SELECT 1", &["EXPLAIN+SELECT"]),
            ("REPLACE INTO t VALUES (1)", &["REPLACE"]),
            (
                "CREATE DEFINER=`a`@`b` VIEW v AS SELECT 1",
                &["CREATE VIEW"],
            ),
        ],
    );
}

#[test]
fn what_cannot_be_told_is_said() {
    check(
        Dialect::Postgres,
        Origin::Client,
        &[
            ("DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$", &["DO?"]),
            ("CALL cleanup()", &["CALL?"]),
            ("EXECUTE unknown(1)", &["EXECUTE?"]),
            ("SELECT 'never ends; DROP TABLE t", &["SELECT?"]),
            ("SELECT (1; DROP TABLE t", &["SELECT?"]),
            (
                "CREATE FUNCTION f() BEGIN ATOMIC DELETE FROM t; END; DROP TABLE t",
                &["CREATE FUNCTION?"],
            ),
            (
                "SET standard_conforming_strings = off; SELECT 'a\\'; DROP TABLE t; --'",
                &["SET STANDARD_CONFORMING_STRINGS", "SELECT?", "DROP TABLE?"],
            ),
        ],
    );
    check(
        Dialect::MySql,
        Origin::Client,
        &[
            (
                "CREATE PROCEDURE p() BEGIN DELETE FROM t; END; DROP TABLE t",
                &["CREATE PROCEDURE?"],
            ),
            ("PREPARE s FROM @text; EXECUTE s", &["PREPARE?", "EXECUTE?"]),
        ],
    );
    check(
        Dialect::SqlServer,
        Origin::Client,
        &[
            ("EXEC('DROP TABLE t')", &["EXEC?"]),
            ("EXEC sp_executesql N'DROP TABLE t'", &["EXEC?"]),
            ("EXECUTE dbo.cleanup", &["EXECUTE?"]),
        ],
    );
}

#[test]
fn what_was_prepared_counts_when_it_runs() {
    let mut reader = Reader::new(Dialect::Postgres, Origin::Client);
    let prepared = reader.read("PREPARE purge (int) AS DELETE FROM t WHERE id = $1");
    assert_eq!(prepared[0].kinds, [Kind::new(["PREPARE"])]);
    let ran = reader.read("EXECUTE Purge(1)");
    assert_eq!(
        ran[0].kinds,
        [Kind::new(["EXECUTE"]), Kind::new(["DELETE"])]
    );
    assert_eq!(ran[0].unclear, None);
}

#[test]
fn scripts_are_split_as_the_command_line_does() {
    check(
        Dialect::Postgres,
        Origin::Script,
        &[
            (
                "\\pset border 2\nSELECT 1 \\gx\nDROP TABLE t",
                &["SELECT", "DROP TABLE"],
            ),
            ("SELECT 1\\; DROP TABLE t;", &["SELECT", "DROP TABLE"]),
            ("\\x \\\\ DROP TABLE t;", &["DROP TABLE"]),
            ("\\i more.sql\n", &["?"]),
            ("SELECT 'DROP TABLE ' || t FROM x \\gexec\n", &["SELECT?"]),
            ("\\! rm -rf /\nSELECT 1;", &["?", "SELECT"]),
            ("\\copy t from 'x.csv'\n", &["COPY FROM"]),
            (
                "COPY t FROM STDIN;\nDROP TABLE t;\n'\n\\.\nSELECT 1;",
                &["COPY FROM", "SELECT"],
            ),
        ],
    );
    check(
        Dialect::MySql,
        Origin::Script,
        &[
            ("SELECT 1\\G\nDROP TABLE t;", &["SELECT", "DROP TABLE"]),
            ("DELIMITER //\nDROP TABLE t//", &["DELIMITER?"]),
            ("SELECT (1; DROP TABLE t;", &["SELECT", "DROP TABLE"]),
        ],
    );
    check(
        Dialect::SqlServer,
        Origin::Script,
        &[
            (
                "SELECT 1\nGO 3\nDROP TABLE t\ngo",
                &["SELECT", "DROP TABLE"],
            ),
            (":r more.sql\nSELECT 1", &["?", "SELECT"]),
        ],
    );
}

#[test]
fn a_batch_needs_nothing_between_its_statements() {
    check(
        Dialect::SqlServer,
        Origin::Client,
        &[
            ("SELECT 1 DROP TABLE t", &["SELECT", "DROP TABLE"]),
            (
                "DELETE FROM t SELECT 1 FROM u WHERE a",
                &["DELETE without WHERE", "SELECT"],
            ),
            (
                "UPDATE t SET a = 1 WHERE b DELETE FROM t",
                &["UPDATE", "DELETE without WHERE"],
            ),
            ("ALTER TABLE t DROP COLUMN c", &["ALTER TABLE"]),
            (
                "ALTER TABLE t ADD c int DROP TABLE u",
                &["ALTER TABLE", "DROP TABLE"],
            ),
            (
                "CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE)",
                &["CREATE TABLE"],
            ),
            (
                "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (a) ON DELETE CASCADE",
                &["ALTER TABLE"],
            ),
            ("GRANT SELECT, DELETE, UPDATE ON t TO u", &["GRANT"]),
            (
                "MERGE INTO t USING u ON a WHEN MATCHED THEN DELETE;",
                &["MERGE+DELETE"],
            ),
            (
                "IF EXISTS (SELECT 1) BEGIN DELETE FROM t END ELSE PRINT 'x'",
                &[
                    "IF",
                    "BEGIN",
                    "DELETE without WHERE",
                    "END",
                    "ELSE",
                    "PRINT",
                ],
            ),
            (
                "SELECT CASE WHEN a THEN 1 ELSE 2 END FROM t TRUNCATE TABLE t",
                &["SELECT", "TRUNCATE"],
            ),
            (
                "CREATE PROCEDURE p AS DELETE FROM t DROP TABLE t",
                &["CREATE PROCEDURE"],
            ),
            ("INSERT INTO t SELECT 1 FROM u", &["INSERT"]),
            ("UPDATE STATISTICS t", &["ANALYZE"]),
            ("sp_who 'active'", &["EXEC?"]),
        ],
    );
}

#[test]
fn a_hostile_text_takes_no_more_than_reading_it() {
    const MANY: usize = 50_000;
    for (dialect, text) in [
        (Dialect::Postgres, "EXPLAIN ANALYZE ".repeat(MANY)),
        (Dialect::Postgres, "PREPARE a AS ".repeat(MANY)),
        (Dialect::Postgres, "WITH x AS (SELECT 1) ".repeat(MANY)),
        (Dialect::Postgres, "(UPDATE t SET ".repeat(MANY)),
        (
            Dialect::Postgres,
            "(UPDATE t SET ".repeat(MANY) + &")".repeat(MANY),
        ),
        (Dialect::SqlServer, "CASE ELSE ".repeat(MANY)),
        (Dialect::SqlServer, "SELECT : ! ".repeat(MANY)),
        (Dialect::MySql, "/*!SELECT ".repeat(MANY)),
    ] {
        let statements = Reader::new(dialect, Origin::Script).read(&text);
        assert!(!statements.is_empty(), "{}", &text[..20]);
    }
    let deep = "EXPLAIN ANALYZE ".repeat(20) + "DROP TABLE t";
    assert!(
        Reader::new(Dialect::Postgres, Origin::Client).read(&deep)[0]
            .unclear
            .is_some()
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(
        text in "(?i)(select|drop table|with x as|explain|\\(|\\)|;|'|\"|`|\\[|\\]|\\$\\$|\\$a\\$|--|/\\*!?|\\*/|#|\\\\|\\\\g|\n| |é|go|begin|create procedure|copy t from stdin|:r){0,16}"
    ) {
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::SqlServer] {
            for origin in [Origin::Client, Origin::Script] {
                for statement in Reader::new(dialect, origin).read(&text) {
                    prop_assert!(text.get(statement.range.clone()).is_some());
                }
            }
        }
    }
}
