/// Whether what is assigned to a secret's name is a secret, and not a reference, a label, a placeholder or a type.
enum SecretValue {
    /// Shortest password that is reported, in bytes.
    static let minPasswordBytes = 4
    /// Shortest other secret, in bytes.
    static let minTokenBytes = 10
    /// Least `Randomness.score` of a secret that is no password.
    static let minRandomness = 0.7

    static func judge(_ text: Text, _ place: AssignedSecret.Place, _ name: SecretName) -> AssignedSecret.Hit? {
        let value = place.value
        if value.contains(where: { text[$0] < 0x20 }) || Placeholders.isOne(text, value) { return nil }
        if isReference(text, place, name) || isLabel(text, place, name) { return nil }
        let make = Make(text, value)
        if name.isPassword { return password(text, place, name, make) }
        if DigestShape.isAmbiguous(text, value, name: name.range) { return nil }
        return token(text, place, make)
    }

    /// What a value is made of.
    struct Make {
        var lower = 0
        var upper = 0
        var digits = 0
        var others = 0
        var blanks = 0
        var count: Int

        init(_ text: Text, _ value: Range<Int>) {
            count = value.count
            for index in value {
                switch text[index] {
                case 0x61...0x7A: lower += 1
                case 0x41...0x5A: upper += 1
                case 0x30...0x39: digits += 1
                case 0x20: blanks += 1
                default: others += 1
                }
            }
        }

        var letters: Int { lower + upper }
        /// How many of lower, upper, digits and others occur.
        var kinds: Int { [lower, upper, digits, others].count { $0 > 0 } }
    }

    // MARK: - Passwords

    private static func password(
        _ text: Text, _ place: AssignedSecret.Place, _ name: SecretName, _ make: Make
    ) -> AssignedSecret.Hit? {
        let value = place.value
        guard make.count >= minPasswordBytes, make.count <= 128 else { return nil }
        if make.blanks > 0, !place.isQuoted || make.digits == 0 && make.others == 0 || make.blanks > 3 { return nil }
        if isCommonWord(text, value) || isPath(text, value) || isConstant(text, value) { return nil }
        let isMixed = make.kinds >= 3 || make.kinds == 2 && make.digits > 0 && make.letters > 0
        if place.isProse {
            // Prose goes on with a word after "is"; only what no word looks like counts.
            guard make.count >= 6, isMixed, make.digits > 0 else { return nil }
            return AssignedSecret.Hit(value: value, adjust: 0)
        }
        if isMixed, make.digits > 0 || make.others > 0 { return AssignedSecret.Hit(value: value, adjust: 0.05) }
        if place.isQuoted {
            // Letters alone: a passphrase or a label. Long ones without a capital in the middle are taken.
            guard make.count >= 6, make.others > 0 || make.digits > 0 || !isCamelCase(text, value) else { return nil }
            return AssignedSecret.Hit(value: value, adjust: -0.1)
        }
        if name.isEnvironment || name.isOption, place.isTight, make.count >= 6 {
            return AssignedSecret.Hit(value: value, adjust: -0.1)
        }
        if make.digits == make.count, make.count >= 6 { return AssignedSecret.Hit(value: value, adjust: -0.1) }
        return nil
    }

    /// `/home/me`, which is what `PWD` mostly is.
    private static func isPath(_ text: Text, _ value: Range<Int>) -> Bool {
        guard text[value.lowerBound] == UInt8(ascii: "/") else { return false }
        return value.allSatisfy { isWordByte(text[$0]) || "/.-".utf8.contains(text[$0]) }
    }

    /// `CURLOPT_READDATA`: the next name in a list, not the value of the one before.
    private static func isConstant(_ text: Text, _ value: Range<Int>) -> Bool {
        value.contains { text[$0] == UInt8(ascii: "_") }
            && value.allSatisfy { ByteSet.upper.contains(text[$0]) || text[$0] == UInt8(ascii: "_") }
    }

    private static func isCamelCase(_ text: Text, _ value: Range<Int>) -> Bool {
        value.dropFirst().contains { ByteSet.upper.contains(text[$0]) && ByteSet.lower.contains(text[$0 - 1]) }
    }

    /// Words that stand where a password would: types, states, labels.
    private static let commonWords: [StaticString] = [
        "password", "passwd", "pass", "pwd", "passphrase", "username", "user", "string", "text", "none", "null", "nil",
        "true", "false", "undefined", "secret", "token", "required", "optional", "invalid", "missing", "hidden",
        "empty",
        "blank", "change", "forgot", "reset", "confirm", "enter", "prompt", "default", "unknown", "disabled", "enabled",
        "auto", "manual", "basic", "md5", "sha1", "sha256", "sha512", "bcrypt", "scram-sha-256", "plain", "keyring",
        "input", "value", "varchar", "char", "object", "integer", "boolean", "number", "failed", "incorrect", "wrong",
        "expired", "accepted", "publickey", "keyboard-interactive", "authentication", "for", "the", "str", "bytes",
        "int",
        "bool", "any", "void", "func", "function", "const", "self", "this", "type", "field", "name", "email", "login",
        "show", "verify", "update", "create", "delete", "new_password", "old_password", "yes", "no", "stdin", "masked",
        "encrypted", "hashed", "base64", "hex", "sensitive", "protected", "private", "public", "internal", "external",
    ]

    private static func isCommonWord(_ text: Text, _ value: Range<Int>) -> Bool {
        commonWords.contains { $0.utf8CodeUnitCount == value.count && text.hasFolded($0, at: value.lowerBound) }
    }

    // MARK: - Tokens

    private static func token(_ text: Text, _ place: AssignedSecret.Place, _ make: Make) -> AssignedSecret.Hit? {
        let value = place.value
        guard make.count >= minTokenBytes, make.blanks == 0, place.isAssigned else { return nil }
        guard make.digits >= 2 || make.digits == 1 && make.kinds >= 3, make.letters >= 2 else { return nil }
        if isPathOrHost(text, value) || !place.isQuoted && isTypeName(text, value) { return nil }
        if text.withSpan(value, UUIDShape.matches) { return AssignedSecret.Hit(value: value, adjust: -0.1) }
        guard text.withSpan(value, { Randomness.score($0) }) >= minRandomness,
            RandomPart.longest(text, value) >= RandomPart.minBytes
        else { return nil }
        if PublicMaterial.isOne(text, value) { return nil }
        return AssignedSecret.Hit(value: value, adjust: make.count >= 20 ? 0.05 : -0.1)
    }

    /// `ASN1OctetString`, `Curve25519.PrivateKey`: two words in a row of four letters and more, each with its capital.
    private static func isTypeName(_ text: Text, _ value: Range<Int>) -> Bool {
        let minWordBytes = 4
        var words = 0
        var letters = 0
        for index in value {
            let byte = text[index]
            if ByteSet.upper.contains(byte) {
                if letters < minWordBytes { words = 0 }
                letters = 1
            } else if letters > 0, ByteSet.lower.contains(byte) {
                letters += 1
                if letters == minWordBytes { words += 1 }
                if words == 2 { return true }
            } else {
                letters = 0
                words = 0
            }
        }
        return false
    }

    private static func isPathOrHost(_ text: Text, _ value: Range<Int>) -> Bool {
        if text.containsFolded("://", in: value) { return true }
        let first = text[value.lowerBound]
        if first == UInt8(ascii: "/") || first == UInt8(ascii: "~") || first == UInt8(ascii: "\\")
            || first == UInt8(ascii: ".")
        {
            return true
        }
        if text.at(value.lowerBound + 1) == UInt8(ascii: ":"), text.at(value.lowerBound + 2) == UInt8(ascii: "\\") {
            return true
        }
        let endings: [StaticString] = [
            ".com", ".net", ".org", ".io", ".local", ".pem", ".key", ".json", ".yml", ".yaml", ".txt", ".cer", ".crt",
            ".p12",
            ".jks", ".keytab", ".snapshot", "-snapshot", ".internal", ".file",
        ]
        return endings.contains { text.hasFolded($0, at: value.upperBound - $0.utf8CodeUnitCount) }
    }

    // MARK: - References

    /// Whether the value names where the secret comes from instead of being it.
    private static func isReference(_ text: Text, _ place: AssignedSecret.Place, _ name: SecretName) -> Bool {
        let value = place.value
        let prefixes: [StaticString] = [
            "os.environ", "process.env", "env.", "env(", "env[", "getenv", "secrets.", "secret:", "vault:", "vault.",
            "var.",
            "local.", "data.", "module.", "config.", "config[", "settings.", "self.", "this.", "args.", "options.",
            "opts.",
            "params", "req.", "request.", "ref:", "ref+", "arn:", "file:", "ssm:", "op://", "enc[", "kms:", "!",
            "@microsoft",
            "keyvault", "projects/", "/run/secrets", "system.getenv", "context.", "props.", "state.", "input.",
            "github.",
        ]
        for prefix in prefixes where text.hasFolded(prefix, at: value.lowerBound) {
            if prefix.utf8CodeUnitCount > 1 || !place.isQuoted && text.at(value.lowerBound + 1) != 0 && !name.isPassword
            {
                return true
            }
        }
        if place.isQuoted { return false }
        let first = text[value.lowerBound]
        if first == UInt8(ascii: "&") || first == UInt8(ascii: "*") || first == UInt8(ascii: "(")
            || first == UInt8(ascii: "{")
            || first == UInt8(ascii: "[")
        {
            return !name.isPassword || first != UInt8(ascii: "&") && first != UInt8(ascii: "*")
        }
        // A call, an index, or a chain of identifiers.
        if let bracket = value.first(where: { text[$0] == UInt8(ascii: "(") || text[$0] == UInt8(ascii: "[") }) {
            return !place.isTight || isName(text, value.lowerBound..<bracket)
        }
        let isIdentifiers = value.allSatisfy {
            isWordByte(text[$0]) || text[$0] == UInt8(ascii: ".") || text[$0] == UInt8(ascii: ">")
        }
        guard isIdentifiers else { return false }
        let hasDigit = value.contains { isASCIIDigit(text[$0]) }
        if hasDigit, !name.isPassword { return text.withSpan(value) { Randomness.score($0) } < minRandomness }
        return !hasDigit && !(name.isEnvironment && place.isTight) && !(name.isOption && place.isTight)
    }
}
