/// The name around an anchor word, if it names a secret: `DB_PASSWORD`, `clientSecret`, `x-api-key`.
struct SecretName {
    var range: Range<Int>
    /// The word that gave the name away.
    private var anchor: Range<Int>
    /// Names a password, whose value need not look random; known once it is `qualified`.
    private(set) var isPassword = false
    /// Stands as a command's option: `--password`.
    var isOption: Bool
    /// In capitals, as environment variables are.
    var isEnvironment: Bool

    private static let maxBytes = 64

    /// The bounds of the name; nil if it goes on after the anchor to something else, as `password_file` and `tokenizer` do.
    ///
    /// Cheap, for it is asked at every anchor; whether the name means a secret is asked once a value stands behind it.
    static func read(_ text: Text, _ anchor: Range<Int>) -> SecretName? {
        var high = anchor.upperBound
        while high < anchor.upperBound + maxBytes, isNameByte(text.at(high)) { high += 1 }
        while high > anchor.upperBound, text[high - 1] == UInt8(ascii: "-") || text[high - 1] == UInt8(ascii: ".") {
            high -= 1
        }
        guard restNamesSecret(text, anchor.upperBound..<high) else { return nil }
        var low = anchor.lowerBound
        while low > 0, anchor.lowerBound - low < maxBytes, isNameByte(text[low - 1]) { low -= 1 }
        var dashes = 0
        while low < anchor.lowerBound, text[low] == UInt8(ascii: "-") || text[low] == UInt8(ascii: ".") {
            dashes += text[low] == UInt8(ascii: "-") ? 1 : 0
            low += 1
        }
        let isOption = dashes > 0 && isBlank(text.at(low - dashes - 1))
        let isEnvironment = (low..<high).allSatisfy { !ByteSet.lower.contains(text[$0]) }
        return SecretName(range: low..<high, anchor: anchor, isOption: isOption, isEnvironment: isEnvironment)
    }

    private init(range: Range<Int>, anchor: Range<Int>, isOption: Bool, isEnvironment: Bool) {
        self.range = range
        self.anchor = anchor
        self.isOption = isOption
        self.isEnvironment = isEnvironment
    }

    /// The name with its kind, or nil if it means no secret: `publicKey`, `keyboard`, `max_tokens`.
    func qualified(_ text: Text) -> SecretName? {
        guard Self.headNamesSecret(text, range.lowerBound..<anchor.lowerBound, anchor) else { return nil }
        var name = self
        name.isPassword = namesPassword(text)
        return name
    }

    func namesPassword(_ text: Text) -> Bool {
        Self.passwordWords.occurs(in: text, range.lowerBound..<anchor.upperBound)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 || AssignedSecret.isQuote(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isWordByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static let passwordWords = WordFinder([
        "password", "passwd", "pwd", "passphrase", "passwort", "kennwort", "passcode", "contrase", "senha",
        "motdepasse",
        "mot_de_passe", "wachtwoord", "lozenord", "losenord", "pass",
    ])

    /// Names that begin or are qualified like a secret's but are public, or not values at all.
    private static let publicWords = WordFinder([
        "public", "pub_", "csrf", "xsrf", "forgery", "authenticity", "nonce", "next", "page", "continuation", "cursor",
        "sync_token",
        "num_", "max_", "min_", "total_", "foreign", "primary", "partition", "sort", "cache", "idempotency", "bucket",
        "object_", "registry", "hash_key", "hashkey", "routing", "shortcut", "hot", "bypass", "compass", "encompass",
        "surpass", "trespass",
    ])

    /// What must stand before a bare `key` for it to be a secret one.
    private static let keyQualifiers = WordFinder([
        "api", "secret", "access", "private", "auth", "encrypt", "signing", "signature", "master", "account", "shared",
        "storage", "service", "subscription", "session", "client", "app", "crypt", "admin", "webhook", "license",
        "rest",
        "write", "read", "server", "security", "integration", "deploy", "ingest", "hmac", "aes", "jwt", "salt",
    ])

    private static func headNamesSecret(_ text: Text, _ before: Range<Int>, _ anchor: Range<Int>) -> Bool {
        let whole = before.lowerBound..<anchor.upperBound
        if publicWords.occurs(in: text, whole) { return false }
        if anchor.count == 3, text.hasFolded("key", at: anchor.lowerBound) {
            return keyQualifiers.occurs(in: text, before)
        }
        // "bypass", "monkey": the anchor must begin a word of the name, unless it is long enough to be no accident.
        guard let previous = before.last.map({ text[$0] }), anchor.count <= 4 else { return true }
        let isHump = ByteSet.upper.contains(text[anchor.lowerBound]) && ByteSet.lower.contains(previous)
        return !isASCIILetter(previous) || isHump || previous == UInt8(ascii: "b")
    }

    /// What may follow the anchor in the name: nothing, a plural, a number, or a word that still means the value.
    private static func restNamesSecret(_ text: Text, _ rest: Range<Int>) -> Bool {
        if rest.isEmpty { return true }
        if rest.count > 24 { return false }
        if rest.allSatisfy({ isASCIIDigit(text[$0]) || text[$0] == UInt8(ascii: "_") }) { return true }
        let start = isASCIILetter(text[rest.lowerBound]) ? rest.lowerBound : rest.lowerBound + 1
        let isHump = ByteSet.upper.contains(text[rest.lowerBound])
        let isPlural = rest.count == 1 && foldCase(text[rest.lowerBound]) == UInt8(ascii: "s")
        if isPlural { return true }
        guard start > rest.lowerBound || isHump || isCapitals(text, rest) else { return false }
        return valueWords.contains { $0.utf8CodeUnitCount == rest.upperBound - start && text.hasFolded($0, at: start) }
    }

    private static func isCapitals(_ text: Text, _ rest: Range<Int>) -> Bool {
        rest.allSatisfy { !ByteSet.lower.contains(text[$0]) }
    }

    private static let valueWords: [StaticString] = [
        "value", "key", "token", "secret", "prod", "dev", "test", "live", "staging", "production", "old", "new",
        "access",
        "access_key", "default", "admin", "root", "user", "db", "text", "string", "base64", "b64", "hex", "plain",
        "clear", "cleartext", "encoded", "primary", "secondary", "master", "main", "1", "2", "data", "password",
    ]
}
