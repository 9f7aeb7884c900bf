//! The signs that mean something in a search, searched for as themselves.

use serde_json::json;

use super::check;

/// Every sign that stood on one of Datadog's lists of special characters.
#[test]
fn every_special_sign_can_be_escaped_and_quoted() {
    let log = || {
        json!({"a": [
            "x=y", "-x", "x!", "x&&y", "x||y", ">x", ">=x", "<x", "<=x", "(x", "x)", "{x", "x}", "[x",
            "x]", "\"x", "x*", "x?", "x:y", "x\\y", "#x", "x y", "+x", "x^", "x~", "x/y",
        ]})
    };
    let escaped = [
        r"@a:x\=y",
        r"@a:\-x",
        r"@a:x\!",
        r"@a:x\&\&y",
        r"@a:x\|\|y",
        r"@a:\>x",
        r"@a:\>\=x",
        r"@a:\<x",
        r"@a:\<\=x",
        r"@a:\(x",
        r"@a:x\)",
        r"@a:\{x",
        r"@a:x\}",
        r"@a:\[x",
        r"@a:x\]",
        r#"@a:\"x"#,
        r"@a:x\*",
        r"@a:x\?",
        r"@a:x\:y",
        r"@a:x\\y",
        r"@a:\#x",
        r"@a:x\ y",
        r"@a:\+x",
        r"@a:x\^",
        r"@a:x\~",
        "@a:x/y",
    ];
    check(
        log(),
        &escaped.map(|search| (search, '+', "escaped, it is itself")),
    );
    let quoted = [
        r#"@a:"x=y""#,
        r#"@a:"-x""#,
        r#"@a:"x!""#,
        r#"@a:"x&&y""#,
        r#"@a:"x||y""#,
        r#"@a:">x""#,
        r#"@a:">=x""#,
        r#"@a:"<x""#,
        r#"@a:"<=x""#,
        r#"@a:"(x""#,
        r#"@a:"x)""#,
        r#"@a:"{x""#,
        r#"@a:"x}""#,
        r#"@a:"[x""#,
        r#"@a:"x]""#,
        r#"@a:"\"x""#,
        r#"@a:"x*""#,
        r#"@a:"x?""#,
        r#"@a:"x:y""#,
        r#"@a:"x\\y""#,
        r##"@a:"#x""##,
        r#"@a:"x y""#,
        r#"@a:"+x""#,
        r#"@a:"x^""#,
        r#"@a:"x~""#,
        r#"@a:"x/y""#,
    ];
    check(
        log(),
        &quoted.map(|search| (search, '+', "quoted, it is itself")),
    );
}

#[test]
fn a_sign_that_has_to_be_escaped_is_named_with_the_way_to_write_it() {
    for (search, suggestion) in [
        ("x!", r"\!"),
        ("@a:x!", r"\!"),
        ("!x", "`-` or `NOT`"),
        ("x[1]", r"\["),
        ("x}", r"\}"),
        ("x~2", r"\~"),
        ("x^2", r"\^"),
        ("=x", r"\="),
        ("+x", r"\+"),
        ("@a:#x", r"\#"),
        ("@a:-x", r"\-x"),
        ("a:b:c", r"\:"),
        ("f(x)", r"\("),
        ("x)", r"\)"),
        ("> 5", "escape the sign"),
        ("x\"y\"", "quote the whole value"),
        ("“x”", "straight quotes"),
        (r"x\", r"`\\`"),
    ] {
        let error = crate::query::parse(search).expect_err(search);
        let shown = error.render(search);
        let last = shown.lines().next_back().unwrap_or_default();
        assert!(
            last.starts_with("  try: ") && last.contains(suggestion),
            "{search}: {shown}"
        );
        assert!(shown.contains('^'), "{shown}");
    }
}
