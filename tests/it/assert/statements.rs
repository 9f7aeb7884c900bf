//! Kinds of statements: what counts as one, in each dialect that the gateway records.

use super::verdict;
use crate::support::RecordedSession;

const RULE: &str = "statements: { forbid: [drop, delete without where, truncate] }";

/// Each script with the verdict on it and the beginning of what is said.
#[track_caller]
fn check(subtype: &str, scripts: &[(&str, &str, &str)]) {
    for (script, word, said) in scripts {
        let (found, texts) = verdict(RecordedSession::script(1, subtype, script), RULE);
        assert_eq!(found, *word, "{script}: {texts:?}");
        let text = texts.first().map_or("", String::as_str);
        assert!(text.contains(said), "{script}: {texts:?}");
    }
}

#[test]
fn scripts_of_postgres_are_read_as_psql_reads_them() {
    check(
        "postgres",
        &[
            ("SELECT 'DROP TABLE t';", "holds", ""),
            ("-- DROP TABLE t\n/* TRUNCATE t; */ SELECT 1;", "holds", ""),
            ("SELECT \"drop table\" FROM \"truncate\";", "holds", ""),
            ("SELECT $body$ DROP TABLE t; $body$;", "holds", ""),
            (
                "SELECT 1; DROP TABLE t;",
                "broken",
                "DROP TABLE is forbidden",
            ),
            (
                "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone;",
                "broken",
                "DELETE without WHERE is forbidden",
            ),
            ("EXPLAIN DELETE FROM t;", "holds", ""),
            (
                "EXPLAIN (ANALYZE) DELETE FROM t;",
                "broken",
                "DELETE without WHERE is forbidden",
            ),
            ("DELETE FROM t WHERE id = 1;", "holds", ""),
            (
                "DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$;",
                "cannot-tell",
                "a DO block runs code that is not read",
            ),
            (
                "CALL clean_up();",
                "cannot-tell",
                "what the procedure does is not in the recording",
            ),
        ],
    );
}

#[test]
fn scripts_of_mysql_are_read_as_its_own_client_reads_them() {
    check(
        "mysql",
        &[
            (r"SELECT 'it\'s; DROP TABLE t';", "holds", ""),
            ("SELECT `drop table t`; # DROP TABLE t", "holds", ""),
            (
                "/*!50000 DROP TABLE t */;",
                "broken",
                "DROP TABLE is forbidden",
            ),
            ("TRUNCATE t;", "broken", "TRUNCATE is forbidden"),
            ("CALL clean_up();", "cannot-tell", "the procedure"),
        ],
    );
}

#[test]
fn scripts_of_sql_server_are_read_as_sqlcmd_reads_them() {
    check(
        "mssql",
        &[
            (
                "SELECT [drop], N'it''s; DROP TABLE t' FROM [x]",
                "holds",
                "",
            ),
            ("SELECT 1 DROP TABLE t", "broken", "DROP TABLE is forbidden"),
            (
                "SELECT 1\nGO\nDELETE t\nGO",
                "broken",
                "DELETE without WHERE",
            ),
            ("EXEC('DROP TABLE t')", "cannot-tell", "built while it runs"),
        ],
    );
}

#[test]
fn a_script_of_another_database_is_unknown_and_one_of_a_shell_has_no_statements() {
    check(
        "oracledb",
        &[("DROP TABLE t;", "cannot-tell", "scripts of oracledb")],
    );
    check("", &[("echo DROP TABLE t;", "holds", "")]);
}

#[test]
fn clients_of_every_database_are_judged_by_what_they_sent() {
    for (subtype, sent, what) in [
        (
            "postgres",
            &b"Q\0\0\0\x11DROP TABLE t\0"[..],
            "DROP TABLE is forbidden",
        ),
        ("mysql", b"\x03DROP TABLE t", "DROP TABLE is forbidden"),
        ("mssql", b"SELECT 1 DROP TABLE t", "DROP TABLE is forbidden"),
        (
            "mongodb",
            br#"{"dropDatabase":1,"$db":"shop"}"#,
            "DROP DATABASE is forbidden",
        ),
        (
            "mongodb",
            br#"{"delete":"orders","deletes":[{"q":{},"limit":0}]}"#,
            "DELETE without WHERE is forbidden",
        ),
    ] {
        let session = RecordedSession::native(1, subtype, &[sent]);
        let (found, texts) = verdict(session, RULE);
        assert_eq!(
            (found.as_str(), texts[0].as_str()),
            ("broken", what),
            "{subtype}"
        );
    }
    let quoted = RecordedSession::native(1, "mysql", &[b"\x03SELECT 'DROP TABLE t'"]);
    assert_eq!(verdict(quoted, RULE).0, "holds");
    let oracle = RecordedSession::native(1, "oracledb", &[b"DROP TABLE t"]);
    assert_eq!(verdict(oracle, RULE).0, "cannot-tell");
}

#[test]
fn a_policy_says_what_an_unclear_statement_counts_for() {
    let script = "DO $$ BEGIN PERFORM 1; END $$;";
    for (unclear, word) in [
        ("broken", "broken"),
        ("ignore", "holds"),
        ("cannot-tell", "cannot-tell"),
    ] {
        let rule = format!("statements: {{ forbid: [drop], unclear: {unclear} }}");
        let session = RecordedSession::script(1, "postgres", script);
        assert_eq!(verdict(session, &rule).0, word);
    }
}

#[test]
fn what_is_not_on_the_list_of_what_is_allowed_is_broken() {
    let rule = "statements: { allow: [select, show] }";
    let script = |text| RecordedSession::script(1, "postgres", text);
    assert_eq!(verdict(script("SELECT 1; SHOW ALL;"), rule).0, "holds");
    let (word, texts) = verdict(script("SELECT 1; INSERT INTO t VALUES (1);"), rule);
    assert_eq!(word, "broken");
    assert_eq!(texts, ["INSERT is not among what is allowed"]);
}

#[test]
fn many_places_are_counted_and_the_first_are_shown() {
    let script = "DROP TABLE t;\n".repeat(25);
    let (word, texts) = verdict(RecordedSession::script(1, "postgres", &script), RULE);
    assert_eq!((word.as_str(), texts.len()), ("broken", 21));
    assert_eq!(texts[20], "and 5 times more");
}
