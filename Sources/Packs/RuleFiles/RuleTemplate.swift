/// A rule to fill in, for people who write their first.
public enum RuleTemplate {
    /// A commented rule file with one rule of that id. It reads, compiles and is proven as it stands.
    public static func text(id: String) -> String {
        """
        # Prove it with: sluice rules test FILE; judge it with: sluice rules lint FILE

        [[rule]]
        # Stable for ever: events and policy name it. a-z, 0-9 and -, in parts joined by dots.
        id = "\(id)"
        name = "Acme access token"
        # One sentence: why such a value must not leave.
        description = "Whoever has it acts as its owner at Acme."
        # secret, pii, marking or custom
        kind = "secret"
        # What policy speaks of.
        class = "credential"
        # low, medium, high or critical
        severity = "high"
        # What starts the regex: the rarest text in every match, exact in case ("(?i)acme" for either),
        # or a shape: "shape:digits", "shape:email", "shape:base64", "shape:hex", "shape:pem".
        anchors = ["acme_"]
        # PCRE2, on bytes. The first group is the value; without one, the whole match is.
        # Bound every repetition: {20,40} and not +.
        regex = '\\b(acme_[0-9A-Za-z]{32})\\b'
        # Checks of the value that must pass: see the names in rules/*.toml.
        # validators = ["luhn"]
        # Words nearby that raise the score; with context_required nothing is found without one.
        # context = ["acme"]
        # Least randomness of the value, 0 to 1.
        # min_randomness = 0.5
        # What documents the format, and where such a value is revoked.
        references = ["https://example.com/docs/tokens"]
        revoke = "https://example.com/settings/tokens"
        # Texts in which exactly what stands between the marks must be found. {base62:32} draws 32 characters, so that
        # nothing in this file looks like a live credential.
        hits = ["ACME_TOKEN=«acme_{base62:32}»"]
        # Look-alikes in which nothing may be found.
        misses = ["acme_tokens_are_thirty_two_characters_long"]

        # When a value is dropped after all: if every line of one such block holds.
        # [[rule.discard]]
        # value_contains = ["sandbox"]

        """
    }
}
