use super::*;

/// Returns the expectation for Bergamo's yearly report, with names as in `data/lombardia.toml`.
fn yearly() -> Expectation {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Expectation {
        product: texts(&["Relazione territoriale sul mercato del lavoro", "Territorial report on the labour market"]),
        territory: texts(&["Osservatorio del mercato del lavoro di Bergamo", "Provincia di Bergamo", "Bergamo"]),
        other_territories: texts(&[
            "Osservatorio del mercato del lavoro di Como",
            "Provincia di Como",
            "Como",
            "Provincia di Lodi",
            "Lodi",
            "Città metropolitana di Milano",
            "Milano",
            "Provincia di Monza e della Brianza",
            "Monza",
        ]),
        period: "2026".parse().expect("a period"),
    }
}

fn of(period: &str) -> Expectation {
    Expectation { period: period.parse().expect("a period"), ..yearly() }
}

fn finding(html: &str, expected: &Expectation) -> Result<(), Finding> {
    expected.finding(&Page::read(html.as_bytes(), "text/html; charset=utf-8"))
}

/// Returns a page of a regional portal with its frame: menu, footer and aside.
fn framed(title: &str, main: &str) -> String {
    format!(
        "<!doctype html><html lang=it><head><meta charset=utf-8><title>{title}</title>\
         <script>var nomi = ['Relazione territoriale sul mercato del lavoro 2026 Bergamo'];</script></head><body>\
         <header><a href=/>Competenze, Lavoro in Lombardia</a><nav><ul><li><a href=/bg>Relazione territoriale Bergamo 2026</a>\
         <li><a href=/co>Relazione territoriale Como 2025</a></ul></nav></header><main>{main}</main>\
         <aside><h2>Ultime notizie</h2><p>Como 2025</p></aside>\
         <footer><p>Provincia di Bergamo, Provincia di Como, Milano. Anno 2024. Pagina non trovata?</p></footer></body></html>"
    )
}

const LONG: &str = "Nel 2026 gli occupati della provincia sono 450.000, in crescita rispetto al 2025. Nel 2026 il mercato \
    del lavoro ha visto 30.000 avviamenti. Il tasso di disoccupazione del 2026 è il 3,1 per cento.";

#[test]
fn pages_that_are_the_report_are_recognised() {
    let full = "Relazione territoriale sul mercato del lavoro";
    let table: Vec<(&str, String)> = vec![
        ("all in the title", framed(&format!("{full} 2026 – Provincia di Bergamo"), "<p>Testo")),
        (
            "all in the heading",
            framed("Pubblicazioni", &format!("<h1>{full} – Provincia di Bergamo – 2026</h1><p>Testo")),
        ),
        ("product above, territory below", framed(&format!("{full} 2026"), "<h1>Provincia di Bergamo</h1>")),
        ("a shortened name", framed("Relazione territoriale 2026 – Provincia di Bergamo", &format!("<p>{LONG}"))),
        (
            "the year inside the name",
            framed("Relazione territoriale 2026 sul mercato del lavoro – Bergamo", "<p>Testo"),
        ),
        ("the name with a place inside", framed("Relazione territoriale di Bergamo sul mercato del lavoro, 2026", "")),
        ("period in the text alone", framed(&format!("{full} – Bergamo"), &format!("<h1>{full}</h1><p>{LONG}"))),
        (
            "published on a day of another year",
            framed(&format!("{full} Bergamo 2026"), "<p>Pubblicata il 19 marzo 2027"),
        ),
        ("heading with a date", framed("Sito", &format!("<h1>{full}, Bergamo</h1><p>19 marzo 2027</p><p>Anno 2026"))),
        ("a span that ends with the year", framed(&format!("{full} 2025/2026 – Bergamo"), "")),
        (
            "a comparison in the heading",
            framed("Sito", &format!("<h1>{full} 2026 – Bergamo, confronto con il 2025</h1>")),
        ),
        ("English", framed("Territorial report on the labour market 2026 – Bergamo", "")),
        (
            "observatory's own name",
            framed(&format!("{full} 2026"), "<h1>Osservatorio del mercato del lavoro di Bergamo</h1>"),
        ),
        (
            "capital letters and entities",
            framed("RELAZIONE TERRITORIALE SUL MERCATO DEL LAVORO 2026 &ndash; BERGAMO", ""),
        ),
        (
            "inline tags inside words",
            framed(
                "Sito",
                "<h1>Rela<b>zione</b> territo<span>riale</span> sul mercato del la<i>vor</i>o 2026 Bergamo</h1>",
            ),
        ),
        (
            "soft hyphens",
            framed("Sito", "<h1>Rela&shy;zione terri&shy;toriale sul mercato del la\u{200b}voro 2026 Bergamo</h1>"),
        ),
        ("decomposed letters", framed(&format!("{full} 2026 – Bergamo, citta\u{300}"), "")),
        (
            "blocks inside the heading",
            framed("Sito", &format!("<h1><div>{full}</div><div>Bergamo</div><small>2026</small></h1>")),
        ),
        (
            "header of an article",
            framed("Sito", &format!("<article><header><h1>{full} Bergamo 2026</h1></header></article>")),
        ),
        ("no h1", format!("<title>Sito</title><h2><a href=/x>Notizia</a></h2><h2>{full} 2026 – Bergamo</h2><p>Testo")),
        ("no main", format!("<title>Sito</title><div id=content><h1>{full} 2026 – Bergamo</h1>")),
        ("title alone", format!("<title>{full}, 2026: Osservatorio del mercato del lavoro di Bergamo</title>")),
        (
            "the site's name with another place",
            framed(&format!("{full} 2026 – Bergamo | Regione Lombardia, Milano"), ""),
        ),
        (
            "unclosed markup",
            format!("<title>Sito</title><h1>{full} 2026 Bergamo<p>Testo<li>uno<li>due<table><tr><td>1"),
        ),
        ("a hidden notice", framed(&format!("{full} 2026 Bergamo"), "<div hidden>Pagina non trovata</div><p>Testo")),
        (
            "a long text that speaks of a closed site",
            framed(
                &format!("{full} 2026 Bergamo"),
                &format!("<p>{LONG} {LONG} {LONG} Il portale era in manutenzione."),
            ),
        ),
    ];
    for (case, html) in &table {
        assert_eq!(finding(html, &yearly()), Ok(()), "{case}: {html}");
    }
}

#[test]
fn pages_that_are_not_the_report_are_not() {
    use Finding::*;
    let full = "Relazione territoriale sul mercato del lavoro";
    let home = "<h1>Competenze, Lavoro in Lombardia</h1><h2>In evidenza</h2>\
        <p>Relazione territoriale sul mercato del lavoro 2026, Provincia di Bergamo</p>";
    let table: Vec<(&str, Finding, String)> = vec![
        (
            "soft 404",
            ProductNotNamed,
            framed("Competenze, Lavoro in Lombardia", "<h1>Ops!</h1><p>Cercava la relazione?"),
        ),
        ("soft 404 that says so", SaysNothingIsThere, framed("Pagina non trovata", "<h1>404</h1>")),
        (
            "soft 404 that repeats the title",
            SaysNothingIsThere,
            framed(&format!("{full} 2026 Bergamo"), "<h1>Pagina non trovata</h1>"),
        ),
        (
            "soft 404 in the text",
            SaysNothingIsThere,
            framed(&format!("{full} 2026 Bergamo"), "<p>La pagina richiesta non esiste più."),
        ),
        ("maintenance", SaysNothingIsThere, framed(&format!("{full} 2026 Bergamo"), "<h1>Sito in manutenzione</h1>")),
        (
            "to come",
            SaysNothingIsThere,
            framed(&format!("{full} 2026 Bergamo"), "<p>La relazione sarà pubblicata il 19 marzo."),
        ),
        ("home page", ProductNotNamed, framed("Home – Competenze, Lavoro in Lombardia", home)),
        (
            "home page with linked headings",
            ProductNotNamed,
            format!(
                "<title>Home</title><h2><a href=/bg>{full} 2026 Bergamo</a></h2><h2><a href=/co>{full} 2026 Como</a></h2>"
            ),
        ),
        (
            "list of reports",
            TerritoryNotNamed,
            framed(&format!("{full} 2026"), "<h1>Le relazioni</h1><ul><li>Bergamo<li>Como<li>Lodi</ul>"),
        ),
        (
            "last year's edition",
            AnotherPeriod,
            framed(&format!("{full} 2025 – Provincia di Bergamo"), "<p>Pubblicata il 20 marzo 2026."),
        ),
        (
            "last year's, heading",
            AnotherPeriod,
            framed(&format!("{full} – Bergamo"), "<h1>Anno 2025</h1><p>La prossima, del 2026, uscirà."),
        ),
        (
            "last year's, text alone",
            AnotherPeriod,
            framed(
                &format!("{full} – Bergamo"),
                "<p>Nel 2025 gli occupati sono 440.000; nel 2025 … e previsioni 2026.",
            ),
        ),
        ("next year's", AnotherPeriod, framed(&format!("{full} 2027 – Bergamo"), "<p>Rispetto al 2026")),
        ("a span that ends with last year", AnotherPeriod, framed(&format!("{full} 2024/2025 – Bergamo"), "<p>2026")),
        (
            "no period but the day of publication",
            PeriodNotNamed,
            framed(
                &format!("{full} – Bergamo"),
                "<p>Pubblicata il 19 marzo 2026, ore 10. Agg. 19/03/2026 e 2026-03-20",
            ),
        ),
        (
            "a quarter is no year",
            PeriodNotNamed,
            framed(&format!("{full} – Bergamo"), "<p>Dati del primo trimestre 2026"),
        ),
        (
            "another territory",
            AnotherTerritory,
            framed(&format!("{full} 2026 – Provincia di Como"), "<p>Confronto con Bergamo"),
        ),
        (
            "another territory in the heading",
            AnotherTerritory,
            framed(&format!("{full} 2026 – Bergamo"), "<h1>Provincia di Lodi</h1>"),
        ),
        ("no territory but in the frame", TerritoryNotNamed, framed(&format!("{full} 2026"), "<p>Testo")),
        ("territory in the text alone", TerritoryNotNamed, framed(&format!("{full} 2026"), "<p>Provincia di Bergamo")),
        ("a word that holds the name", TerritoryNotNamed, framed(&format!("{full} 2026 – bergamasca"), "")),
        ("product in the text alone", ProductNotNamed, framed("Provincia di Bergamo 2026", &format!("<p>{full}"))),
        (
            "product hidden",
            ProductNotNamed,
            framed("Bergamo 2026", &format!("<h1 hidden>{full}</h1><h1 style='display: none'>{full}</h1><p>Testo")),
        ),
        (
            "product hidden above",
            ProductNotNamed,
            framed(
                "Bergamo 2026",
                &format!(
                    "<div style=\"visibility:hidden\"><h1>{full}</h1></div><div aria-hidden=true><h1>{full}</h1></div>"
                ),
            ),
        ),
        (
            "product in script, comment, template",
            ProductNotNamed,
            framed(
                "Bergamo 2026",
                &format!(
                    "<!-- <h1>{full}</h1> --><template><h1>{full}</h1></template><noscript><h1>{full}</h1></noscript>"
                ),
            ),
        ),
        (
            "product in the head of the site",
            ProductNotNamed,
            format!("<title>Bergamo 2026</title><header><h1>{full}</h1></header><p>Testo"),
        ),
        (
            "product in a menu",
            ProductNotNamed,
            format!("<title>Bergamo 2026</title><div role=navigation><h1>{full}</h1></div><p>Testo"),
        ),
        (
            "another product with the same beginning",
            ProductNotNamed,
            framed("Relazione territoriale sulla formazione 2026 – Bergamo", "<p>Il mercato del lavoro"),
        ),
        ("half of the name", ProductNotNamed, framed("Relazione sul mercato del lavoro 2026 – Bergamo", "")),
        ("plural", ProductNotNamed, framed("Relazioni territoriali sul mercato del lavoro 2026 – Bergamo", "")),
        ("period hidden", PeriodNotNamed, framed(&format!("{full} – Bergamo"), "<p hidden>2026</p><p>Testo")),
        (
            "period in the foot",
            PeriodNotNamed,
            format!("<title>{full} – Bergamo</title><p>Testo</p><footer>© 2026</footer>"),
        ),
        ("sign-in", ProductNotNamed, framed("Accedi", "<form><label>Utente <input></label></form>")),
        ("nothing", ProductNotNamed, String::new()),
    ];
    for (case, expected, html) in &table {
        assert_eq!(finding(html, &yearly()), Err(*expected), "{case}: {html}");
    }
}

#[test]
fn the_period_of_a_bulletin_is_found_in_its_words() {
    let full = "Relazione territoriale sul mercato del lavoro";
    for (period, said, expected) in [
        ("2027-Q1", "I trimestre 2027", Ok(())),
        ("2027-Q1", "primo trimestre dell’anno 2027", Ok(())),
        ("2027-Q1", "1° trimestre 2027", Ok(())),
        ("2027-Q1", "gennaio - marzo 2027", Ok(())),
        ("2027-Q1", "IV trimestre 2026", Err(Finding::AnotherPeriod)),
        ("2027-Q1", "2027", Err(Finding::PeriodNotNamed)),
        ("2027-S1", "primo semestre 2027", Ok(())),
        ("2027-S1", "II semestre 2027", Err(Finding::AnotherPeriod)),
        ("2027-T2", "secondo quadrimestre 2027", Ok(())),
        ("2027-03", "marzo 2027", Ok(())),
        ("2027-03", "febbraio 2027", Err(Finding::AnotherPeriod)),
        ("2027-03", "19 marzo 2027", Err(Finding::PeriodNotNamed)),
    ] {
        let html = framed(&format!("{full} – Bergamo – {said}"), "<p>Testo");
        assert_eq!(finding(&html, &of(period)), expected, "{period}: {said}");
    }
}

#[test]
fn a_joint_product_names_no_territory_and_a_single_word_is_no_head() {
    let joint = Expectation { territory: Vec::new(), ..yearly() };
    assert_eq!(finding("<title>Relazione territoriale sul mercato del lavoro 2026</title>", &joint), Ok(()));
    let focus = Expectation { product: vec!["Focus sul lavoro femminile".into()], ..yearly() };
    assert_eq!(finding("<title>Focus Bergamo 2026</title><p>lavoro femminile", &focus), Err(Finding::ProductNotNamed));
    assert_eq!(finding("<title>Focus sul lavoro femminile, Bergamo 2026</title>", &focus), Ok(()));
}
