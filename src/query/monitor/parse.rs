//! Reading the query of a log monitor, link by link.

use super::super::cursor::Cursor;
use super::super::facet::Facet;
use super::super::{ParseError, Span, parse};
use super::{LogAlert, Method, MonitorQueryError, Operator, QueryKind, Rollup, Window};

/// Facets a log monitor may group by.
const MAX_FACETS: usize = 4;

/// Reads a query of type `log alert`. The queries of other types are refused by name.
pub fn parse_log_alert(source: &str) -> Result<LogAlert, MonitorQueryError> {
    if let Some(kind) = QueryKind::of(source) {
        return Err(MonitorQueryError::NotEvaluated(kind));
    }
    let mut chain = Chain {
        cursor: Cursor::new(source),
    };
    Ok(chain.log_alert()?)
}

struct Chain<'a> {
    cursor: Cursor<'a>,
}

/// A text between quotes, unescaped, and where each byte of it came from.
struct Argument {
    text: String,
    /// One place in the source for each byte of `text`, and one for its end.
    origins: Vec<usize>,
    span: Span,
}

impl Chain<'_> {
    fn log_alert(&mut self) -> Result<LogAlert, ParseError> {
        self.cursor.skip_blanks();
        if !self.cursor.eat("logs") {
            return Err(self.expected("this is no query of a monitor", "`logs(\"…\")`"));
        }
        let search = self.one_argument()?;
        let origin = |at: usize| *search.origins.get(at).unwrap_or(&search.span.end);
        let parsed = parse(&search.text).map_err(|error| error.moved(origin))?;
        self.link("index", ".index(\"*\") looks at all indexes")?;
        let index = self.one_argument()?;
        self.link("rollup", ".rollup(\"count\") counts logs")?;
        let rollup = self.rollup()?;
        let by = match self.has_link("by") {
            true => self.facets()?,
            false => Vec::new(),
        };
        self.link("last", ".last(\"5m\") looks at the last five minutes")?;
        let window = self.window()?;
        let operator = self.operator()?;
        let threshold = self.number()?;
        self.end()?;
        let index = match index.text.is_empty() {
            true => {
                return Err(ParseError::new(
                    index.span,
                    "no index is named",
                    "a name or `*`",
                ));
            }
            false => index.text,
        };
        Ok(LogAlert {
            search: parsed,
            index,
            rollup,
            by,
            window,
            operator,
            threshold,
        })
    }

    fn rollup(&mut self) -> Result<Rollup, ParseError> {
        let mut arguments = self.arguments()?.into_iter();
        let Some(name) = arguments.next() else {
            return Err(self.expected("no method is named", "`\"count\"`"));
        };
        let method = method(&name)?;
        let attribute = arguments
            .next()
            .map(|argument| facet(&argument.text, argument.span));
        let attribute = attribute.transpose()?;
        if let Some(more) = arguments.next() {
            return Err(ParseError::new(
                more.span,
                "a third argument",
                "a method and an attribute",
            ));
        }
        if attribute.is_none() && method != Method::Count {
            let problem = format!("`{}` has to be told of what", method.as_str());
            return Err(
                ParseError::new(name.span, problem, "an attribute behind the method")
                    .suggest(format!(".rollup(\"{}\", \"@duration\")", method.as_str())),
            );
        }
        Ok(Rollup { method, attribute })
    }

    fn facets(&mut self) -> Result<Vec<Facet>, ParseError> {
        let mut facets = Vec::new();
        let mut last = self.cursor.here();
        for argument in self.arguments()? {
            last = argument.span;
            for text in argument.text.split(',') {
                facets.push(facet(text.trim(), argument.span)?);
            }
        }
        match facets.len() {
            0 => Err(ParseError::new(
                last,
                "no facet is named",
                "a facet such as `@usr.id`",
            )),
            1..=MAX_FACETS => Ok(facets),
            _ => Err(ParseError::new(
                last,
                "too many facets",
                "at most four facets",
            )),
        }
    }

    fn window(&mut self) -> Result<Window, ParseError> {
        let argument = self.one_argument()?;
        Window::parse(&argument.text).ok_or_else(|| {
            let problem = format!("`{}` is no window", argument.text);
            ParseError::new(argument.span, problem, "1m to 2880m or 1h to 48h")
                .suggest("log monitors look back two days at most")
        })
    }

    fn operator(&mut self) -> Result<Operator, ParseError> {
        self.cursor.skip_blanks();
        let operator = Operator::ALL
            .into_iter()
            .find(|sign| self.cursor.eat(sign.as_str()));
        operator.ok_or_else(|| {
            self.expected("nothing is compared", "`>`, `>=`, `<`, `<=`, `==` or `!=`")
        })
    }

    fn number(&mut self) -> Result<f64, ParseError> {
        self.cursor.skip_blanks();
        let start = self.cursor.at();
        let text = self
            .cursor
            .take_while(|c| c.is_ascii_digit() || ".+-eE".contains(c));
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| {
            let span = Span::new(start, self.cursor.at().max(start));
            ParseError::new(span, "no threshold stands here", "a number")
        })
    }

    fn end(&mut self) -> Result<(), ParseError> {
        self.cursor.skip_blanks();
        match self.cursor.is_at_end() {
            true => Ok(()),
            false => Err(self.expected("the query is over here", "its end")),
        }
    }

    /// Moves over `.name`, which has to stand here: nothing says that a blank may come before it.
    fn link(&mut self, name: &str, suggestion: &str) -> Result<(), ParseError> {
        if self.has_link(name) {
            return Ok(());
        }
        let error = self.expected(
            format!("`.{name}(…)` is missing"),
            format!("`.{name}(\"…\")`"),
        );
        let is_current = name == "last" && self.cursor.rest().starts_with(".current");
        Err(match is_current {
            true => error.suggest("`.current(…)` with a schedule is not evaluated yet"),
            false => error.suggest(suggestion),
        })
    }

    fn has_link(&mut self, name: &str) -> bool {
        let before = self.cursor.clone();
        let stands_here =
            self.cursor.eat(".") && self.cursor.eat(name) && self.cursor.peek() == Some('(');
        if !stands_here {
            self.cursor = before;
        }
        stands_here
    }

    fn one_argument(&mut self) -> Result<Argument, ParseError> {
        let start = self.cursor.at();
        let mut arguments = self.arguments()?.into_iter();
        match (arguments.next(), arguments.next()) {
            (Some(argument), None) => Ok(argument),
            _ => {
                let span = self.cursor.span_from(start);
                Err(ParseError::new(
                    span,
                    "one argument belongs here",
                    "one quoted text",
                ))
            }
        }
    }

    /// `("…", "…")`
    fn arguments(&mut self) -> Result<Vec<Argument>, ParseError> {
        let opening = self.cursor.here();
        if !self.cursor.eat("(") {
            return Err(self.expected("the arguments are missing", "`(`"));
        }
        let mut arguments = Vec::new();
        loop {
            self.cursor.skip_blanks();
            if self.cursor.eat(")") {
                return Ok(arguments);
            }
            if !arguments.is_empty() {
                if !self.cursor.eat(",") {
                    return Err(ParseError::new(opening, "this `(` is never closed", "`)`"));
                }
                self.cursor.skip_blanks();
            }
            arguments.push(self.quoted()?);
        }
    }

    fn quoted(&mut self) -> Result<Argument, ParseError> {
        let opening = self.cursor.here();
        if !self.cursor.eat("\"") {
            return Err(self.expected("a text belongs here", "`\"`"));
        }
        let (mut text, mut origins) = (String::new(), Vec::new());
        loop {
            let at = self.cursor.at();
            let c = match self.cursor.bump() {
                Some('"') => {
                    origins.push(at);
                    let span = Span::new(opening.end, at);
                    return Ok(Argument {
                        text,
                        origins,
                        span,
                    });
                }
                Some('\\') => self.unescaped(),
                Some(c) => Some(c),
                None => None,
            };
            let Some(c) = c else {
                return Err(
                    ParseError::new(opening, "this quote is never closed", "`\"`")
                        .suggest("quotes inside the search are escaped: `\\\"`"),
                );
            };
            text.push(c);
            origins.extend((0..c.len_utf8()).map(|byte| at + byte));
        }
    }

    /// Behind a backslash: a quote and a backslash stand for themselves, any other escape belongs
    /// to the search and is kept.
    fn unescaped(&mut self) -> Option<char> {
        match self.cursor.peek()? {
            '"' | '\\' => self.cursor.bump(),
            _ => Some('\\'),
        }
    }

    fn expected(&self, problem: impl Into<String>, expected: impl Into<String>) -> ParseError {
        ParseError::new(self.cursor.here(), problem, expected)
    }
}

fn method(argument: &Argument) -> Result<Method, ParseError> {
    const UNCONFIRMED: [&str; 9] = [
        "sum", "min", "max", "median", "pc75", "pc90", "pc95", "pc98", "pc99",
    ];
    match argument.text.as_str() {
        "count" => return Ok(Method::Count),
        "cardinality" => return Ok(Method::Cardinality),
        "avg" => return Ok(Method::Average),
        _ => {}
    }
    let found = UNCONFIRMED.into_iter().find(|name| *name == argument.text);
    found.map(Method::Unconfirmed).ok_or_else(|| {
        let problem = format!("`{}` is no method", argument.text);
        ParseError::new(argument.span, problem, "`count`, `cardinality` or `avg`")
    })
}

fn facet(text: &str, span: Span) -> Result<Facet, ParseError> {
    Facet::parse(text).ok_or_else(|| {
        ParseError::new(
            span,
            format!("`{text}` is no facet"),
            "a facet such as `@usr.id`",
        )
        .suggest("attributes begin with `@`; reserved keys and tags do not")
    })
}
