//! Reading the query of a monitor, link by link.

use super::super::cursor::Cursor;
use super::super::facet::Facet;
use super::super::record::Record;
use super::super::{ParseError, Span, parse};
use super::{
    Alert, EventQuery, Form, Formula, MAX_FACETS, Method, MonitorQueryError, NamedQuery, Operator,
    QueryKind, Rollup, Variable, Window, Written,
};

/// Reads a query with the `options.variables` that its formula names. The queries of types that are
/// not evaluated are refused by name.
pub fn parse_monitor(source: &str, variables: &[Variable]) -> Result<Alert, MonitorQueryError> {
    match QueryKind::of(source) {
        Some(QueryKind::Formula) => formula(source, variables),
        Some(QueryKind::Anomaly) => super::anomaly::parse(source, variables),
        Some(kind) => Err(MonitorQueryError::NotEvaluated(kind)),
        None if !variables.is_empty() => Err(MonitorQueryError::NeedlessVariables),
        None => parse_short(source),
    }
}

/// Reads a query of the short form, which needs nothing beside it.
pub fn parse_short(source: &str) -> Result<Alert, MonitorQueryError> {
    if let Some(kind) = QueryKind::of(source) {
        return Err(MonitorQueryError::NotEvaluated(kind));
    }
    let mut chain = Chain {
        cursor: Cursor::new(source),
    };
    Ok(chain.short_form()?)
}

fn formula(source: &str, variables: &[Variable]) -> Result<Alert, MonitorQueryError> {
    if variables.is_empty() {
        return Err(MonitorQueryError::NoVariables);
    }
    let queries: Vec<NamedQuery> = variables
        .iter()
        .map(Variable::named_query)
        .collect::<Result<_, _>>()?;
    for (at, named) in queries.iter().enumerate() {
        if queries[..at].iter().any(|other| other.name == named.name) {
            return Err(MonitorQueryError::DoubleName(named.name.clone()));
        }
        let (first, own) = (queries[0].query.record, named.query.record);
        if first != own {
            return Err(MonitorQueryError::Mixed(first, own));
        }
    }
    let mut chain = Chain {
        cursor: Cursor::new(source),
    };
    Ok(chain.formula(queries)?)
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

impl Argument {
    /// Where in the source a place of the text lies.
    fn origin(&self) -> impl Fn(usize) -> usize + '_ {
        |at| *self.origins.get(at).unwrap_or(&self.span.end)
    }
}

impl Chain<'_> {
    fn short_form(&mut self) -> Result<Alert, ParseError> {
        self.cursor.skip_blanks();
        let record = Record::ALL
            .into_iter()
            .find(|record| self.cursor.eat(record.function()));
        let Some(record) = record else {
            return Err(self.expected("this is no query of a monitor", "`logs(\"…\")`"));
        };
        let argument = self.one_argument()?;
        let search = parse(&argument.text).map_err(|error| error.moved(argument.origin()))?;
        let indexes = self.indexes(record)?;
        self.link("rollup", ".rollup(\"count\") counts what was found")?;
        let rollup = self.rollup()?;
        let by = match self.has_link("by") {
            true => self.facets()?,
            false => Vec::new(),
        };
        let form = Form::Chain(EventQuery {
            record,
            search,
            written: Written(argument.text),
            indexes,
            rollup,
            by,
        });
        self.comparison(form)
    }

    fn formula(&mut self, queries: Vec<NamedQuery>) -> Result<Alert, ParseError> {
        self.cursor.skip_blanks();
        self.cursor.eat("formula");
        let argument = self.one_argument()?;
        let formula = Formula::parse(&argument.text, queries)
            .map_err(|error| error.moved(argument.origin()))?;
        self.comparison(Form::Formula(formula))
    }

    /// `.last("…") > 5`
    fn comparison(&mut self, form: Form) -> Result<Alert, ParseError> {
        self.link("last", ".last(\"5m\") looks at the last five minutes")?;
        let window = self.window()?;
        let operator = self.operator()?;
        let threshold = self.number()?;
        self.end()?;
        Ok(Alert {
            form,
            window,
            operator,
            threshold,
        })
    }

    /// Logs lie in indexes; spans may name theirs, and nothing else has any.
    fn indexes(&mut self, record: Record) -> Result<Vec<String>, ParseError> {
        match record {
            Record::Log => self.link("index", ".index(\"*\") looks at all indexes")?,
            Record::Span if !self.has_link("index") => return Ok(Vec::new()),
            Record::Span => {}
            _ if self.has_link("index") => {
                let problem = format!("{record} have no indexes");
                return Err(self.expected(problem, "`.rollup(\"…\")`"));
            }
            _ => return Ok(Vec::new()),
        }
        let start = self.cursor.at();
        let arguments = self.arguments()?;
        match arguments.iter().find(|index| index.text.is_empty()) {
            None if !arguments.is_empty() => {
                Ok(arguments.into_iter().map(|index| index.text).collect())
            }
            empty => {
                let span = empty.map_or(self.cursor.span_from(start), |index| index.span);
                Err(ParseError::new(span, "no index is named", "a name or `*`"))
            }
        }
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
            true => error.suggest("`.current(…)` with a schedule is not evaluated"),
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
    Method::of_short_form(&argument.text).ok_or_else(|| {
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
