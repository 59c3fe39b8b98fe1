use super::*;

fn portal() -> Portal {
    Portal {
        allowed_hosts: vec!["portale.example".into(), "127.0.0.1".into(), "[::1]".into(), "10.1.2.3".into()],
        allowed_private_addresses: vec![SocketAddr::from(([10, 1, 2, 3], 8443))],
        allow_http: false,
        recheck_days: 10,
    }
}

#[test]
fn an_address_on_the_portal_passes_without_its_fragment() {
    let passed = checked(" https://Portale.example/rapporti?anno=2026#sintesi ", &portal()).expect("passes");
    assert_eq!(passed.as_str(), "https://portale.example/rapporti?anno=2026");
    assert!(checked("https://10.1.2.3:8443/x", &portal()).is_ok());
}

#[test]
fn an_address_outside_the_portal_is_refused() {
    let too_long = format!("https://portale.example/{}", "x".repeat(ADDRESS_CHARACTERS));
    assert_eq!(checked(&too_long, &portal()), Err(Refusal::TooLong));
    let too_long_once_encoded = format!("https://portale.example/{}", "è".repeat(ADDRESS_CHARACTERS / 3));
    assert_eq!(checked(&too_long_once_encoded, &portal()), Err(Refusal::TooLong));
    for text in [
        "",
        "portale.example",
        "//portale.example/x",
        "ftp://portale.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "gopher://portale.example/",
        "http://portale.example/",
        "https://",
        "https://a@portale.example/",
        "https://a:b@portale.example/",
        "https://:b@portale.example/",
    ] {
        assert_eq!(checked(text, &portal()), Err(Refusal::NotAUrl), "{text}");
    }
    for text in [
        "https://other.example/",
        "https://portale.example.evil.test/",
        "https://evil-portale.example/",
        "https://xportale.example/",
        "https://portale.example./",
        "https://portale.example:8080/",
        "https://portale.example:22/",
        "https://portale.example:80/",
        "https://pörtale.example/",
        "https://portale.example%2eevil.test/",
        "https://evil.test\\@portale.example/",
        "https://localhost/",
        "https://evil.test#@portale.example/",
        "https://evil.test?@portale.example/",
        // Loopback, in every spelling that programs accept.
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://①②⑦.0.0.1/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://0/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "https://10.1.2.3/",
        "https://10.1.2.3:443/",
        "https://10.1.2.3:8444/",
        "https://0x0a010203/",
    ] {
        assert!(matches!(checked(text, &portal()), Err(Refusal::HostNotAllowed { .. } | Refusal::NotAUrl)), "{text}");
    }
}

/// Addresses of every kind that is not public.
const REFUSED: &[&str] = &[
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::ffff:7f00:1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "ffff::1",
];

#[test]
fn no_special_purpose_address_is_public() {
    assert!(REFUSED.len() >= 60, "only {} forms", REFUSED.len());
    for text in REFUSED {
        let address: IpAddr = text.parse().expect("an address of the table");
        assert!(!is_public(address), "{text}");
        assert!(!may_connect(address, 443, &[]), "{text}");
    }
}

#[test]
fn ordinary_addresses_are_public() {
    for text in [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "126.0.0.1",
        "128.0.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2a00:1450::1",
        "2606:4700::1111",
        "3fff:1000::1",
    ] {
        assert!(is_public(text.parse().expect("an address of the table")), "{text}");
    }
}

#[test]
fn a_private_address_is_allowed_with_its_port_only() {
    let allowed = [SocketAddr::from(([10, 1, 2, 3], 8443))];
    let portal: IpAddr = [10, 1, 2, 3].into();
    assert!(may_connect(portal, 8443, &allowed));
    assert!(!may_connect(portal, 443, &allowed));
    assert!(!may_connect([10, 1, 2, 4].into(), 8443, &allowed));
}

#[test]
fn the_address_of_a_file_is_not_declared_and_that_of_its_page_is() {
    let portal = portal();
    let declared = |path: &str| declarable(&format!("https://portale.example{path}"), &portal).map(|_| ());
    for file in
        ["/relazione.pdf", "/docs/Relazione%202026.PDF", "/r.pdf?download=1", "/r.pdf#page=2", "/a.pdf.p7m", "/r.docx"]
    {
        assert_eq!(declared(file), Err(Refusal::File), "{file}");
    }
    for page in ["/relazione-pdf", "/relazione.html", "/v2.1/relazione", "/pdf/", "/scarica.php?file=r.pdf", "/"] {
        assert_eq!(declared(page), Ok(()), "{page}");
    }
}
