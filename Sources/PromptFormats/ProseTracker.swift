/// Follows a text as it arrives and tells whether a value put in next would be prose, or part of a URL, a link target or an HTML tag.
///
/// Whoever writes the reply chooses the text around a placeholder, and a client that shows the reply may fetch what looks like an image
/// or a link: a value there would leave for a host of the writer's choice. So the tracker errs on the side of "not prose": a URL begins at
/// whatever some client would take for one, and ends only where all would end it.
struct ProseTracker: Sendable {
    private var tag = HTMLTagTracker()
    private var link = LinkTracker()
    private var url = URLTracker()

    /// Where the next byte would stand.
    var context: RestoreContext {
        if tag.isInside { return .htmlAttribute }
        return link.isInside || url.isInside ? .url : .prose
    }

    mutating func advance(_ byte: UInt8) {
        tag.advance(byte)
        link.advance(byte)
        url.advance(byte)
    }

    mutating func advance(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { advance(byte) }
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }
private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
private func isQuote(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 || byte == 0x60 }

/// HTML tags, by the states of the HTML standard (section 13.2.5, "Tokenization").
private struct HTMLTagTracker: Sendable {
    private enum State {
        case text, opened, declaration, name, beforeAttribute, attribute, afterAttribute, beforeValue, value
    }

    /// Elements whose content a parser takes as text up to their own end tag (sections 13.2.5.2 to 13.2.5.5): what looks like a tag or
    /// like prose in there is neither.
    private static let rawTextElements: [[UInt8]] = [
        "script", "style", "textarea", "title", "iframe", "noembed", "noframes", "noscript", "xmp", "plaintext",
        "template",
    ].map { Array($0.utf8) }
    private static let maxNameBytes = 12

    private var state = State.text
    /// Lower-case beginning of the tag's name.
    private var name: [UInt8] = []
    private var isEndTag = false
    /// A code span begins right before the tag: talk about an element, no element.
    private var isQuoted = false
    /// The element whose raw text this is; empty outside of one.
    private var rawText: [UInt8] = []
    /// The quote around the attribute's value, or 0.
    private var quote: UInt8 = 0
    /// A tag begun inside a quoted value: Markdown may read what is quoted as text and the inner one as the tag. Readings differ from here on.
    private var isConfused = false
    private var previous: UInt8 = 0

    var isInside: Bool { isConfused || !rawText.isEmpty || (state != .text && state != .opened) }

    mutating func advance(_ byte: UInt8) {
        defer { previous = byte }
        if state == .value, quote != 0, previous == UInt8(ascii: "<"), isLetter(byte) { isConfused = true }
        switch state {
        case .text:
            if byte == UInt8(ascii: "<") {
                state = .opened
                isQuoted = previous == UInt8(ascii: "`")
            }
        case .opened: open(byte)
        case .declaration: if byte == UInt8(ascii: ">") { state = .text }
        case .value:
            if quote != 0 {
                if byte == quote { state = .beforeAttribute }
            } else if byte == UInt8(ascii: ">") {
                close()
            } else if isSpace(byte) {
                state = .beforeAttribute
            }
        case .name, .beforeAttribute, .attribute, .afterAttribute, .beforeValue: advanceInTag(byte)
        }
    }

    private mutating func open(_ byte: UInt8) {
        name.removeAll(keepingCapacity: true)
        isEndTag = byte == UInt8(ascii: "/")
        if !rawText.isEmpty {
            // A comment in a script may hide its end tag (section 13.2.5.17 and on); readings differ from here on.
            if byte == UInt8(ascii: "!") { isConfused = true }
            state = isEndTag ? .name : byte == UInt8(ascii: "<") ? .opened : .text
            return
        }
        switch byte {
        case UInt8(ascii: "<"): break
        case UInt8(ascii: "!"), UInt8(ascii: "?"): state = .declaration
        case UInt8(ascii: "/"): state = .name
        default:
            state = isLetter(byte) ? .name : .text
            if state == .name { name.append(byte | 0x20) }
        }
    }

    /// The tag's `>`.
    private mutating func close() {
        state = .text
        if isEndTag {
            if name == rawText { rawText = [] }
        } else if rawText.isEmpty, !isQuoted, Self.rawTextElements.contains(name) {
            rawText = name
        }
    }

    private mutating func advanceInTag(_ byte: UInt8) {
        if byte == UInt8(ascii: ">") {
            close()
            return
        }
        if !rawText.isEmpty, state == .name, !isSpace(byte), byte != UInt8(ascii: "/"), !isLetter(byte) {
            // No end tag after all: raw text goes on.
            state = byte == UInt8(ascii: "<") ? .opened : .text
            return
        }
        switch state {
        case .name:
            if isLetter(byte), name.count < Self.maxNameBytes { name.append(byte | 0x20) }
            if isSpace(byte) || byte == UInt8(ascii: "/") { state = .beforeAttribute }
        case .beforeAttribute:
            if !isSpace(byte), byte != UInt8(ascii: "/") { state = .attribute }
        case .attribute, .afterAttribute:
            if byte == UInt8(ascii: "=") {
                state = .beforeValue
            } else if byte == UInt8(ascii: "/") {
                state = .beforeAttribute
            } else {
                state = isSpace(byte) ? .afterAttribute : .attribute
            }
        case .beforeValue:
            guard !isSpace(byte) else { return }
            quote = byte == 0x22 || byte == 0x27 ? byte : 0
            state = .value
        case .text, .opened, .declaration, .value: break
        }
    }
}

/// Targets of Markdown links and images, inline `](...)` and in definitions `]: ...` (CommonMark 0.31, sections 4.7 and 6.3).
private struct LinkTracker: Sendable {
    private enum State { case none, beforeInline, inline, beforeDefinition, definition, angle }

    private var state = State.none
    private var depth = 0
    private var isEscaped = false
    private var previous: UInt8 = 0

    var isInside: Bool { state != .none }

    mutating func advance(_ byte: UInt8) {
        defer { previous = byte }
        let wasEscaped = isEscaped
        isEscaped = !wasEscaped && byte == UInt8(ascii: "\\") && state != .none
        switch state {
        case .none:
            guard previous == UInt8(ascii: "]") else { return }
            if byte == UInt8(ascii: "(") {
                state = .beforeInline
                depth = 1
            } else if byte == UInt8(ascii: ":") {
                state = .beforeDefinition
            }
        case .beforeInline, .inline:
            if byte == 0x0A, previous == 0x0A {
                // No link goes on over an empty line.
                state = .none
            } else if state == .beforeInline, byte == UInt8(ascii: "<") {
                state = .angle
            } else if !wasEscaped, byte == UInt8(ascii: "(") {
                depth += 1
            } else if !wasEscaped, byte == UInt8(ascii: ")") {
                depth -= 1
                if depth == 0 { state = .none }
            }
            if state == .beforeInline, !isSpace(byte) { state = .inline }
        case .beforeDefinition:
            if byte == 0x0A, previous == 0x0A {
                state = .none
            } else if !isSpace(byte) {
                state = byte == UInt8(ascii: "<") ? .angle : .definition
            }
        case .definition: if isSpace(byte) { state = .none }
        case .angle:
            if !wasEscaped, byte == UInt8(ascii: ">") { state = depth > 0 ? .inline : .none }
            if byte == 0x0A, previous == 0x0A { state = .none }
        }
        if state == .none { depth = 0 }
    }
}

/// Bare URLs: a scheme, `//`, `www.`, or a host name with a path. A quote right before one holds it until the same quote.
private struct URLTracker: Sendable {
    private static let maxTailBytes = 16
    private static let schemes = [
        "http:", "https:", "ftp:", "data:", "blob:", "file:", "javascript:", "vbscript:", "mailto:", "sms:", "tel:",
        "ws:", "wss:", "intent:", "vscode:", "cursor:", "ssh:", "git:", "view-source:", "jar:", "gopher:", "dict:",
        "ldap:", "ldaps:", "sip:", "sips:", "xmpp:", "irc:", "ircs:", "nntp:", "callto:", "skype:", "tg:", "whatsapp:",
        "slack:", "zoommtg:", "msteams:", "facetime:", "magnet:", "feed:", "webcal:", "market:", "search-ms:",
        "ms-msdt:", "ms-settings:", "itms:", "maps:", "geo:",
    ].map { Array($0.utf8) }

    /// End of the word so far, lower-case.
    private var tail: [UInt8] = []
    /// The quote that the word begins with, or 0.
    private var quote: UInt8 = 0
    private(set) var isInside = false

    mutating func advance(_ byte: UInt8) {
        if isInside {
            let ends =
                quote != 0 ? byte == quote : isSpace(byte) || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
            if ends { startWord(quote: 0) }
            return
        }
        if isSpace(byte) || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") {
            startWord(quote: 0)
        } else if isQuote(byte) {
            startWord(quote: byte)
        } else {
            tail.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
            if tail.count > Self.maxTailBytes { tail.removeFirst() }
            isInside = beginsURL()
        }
    }

    private mutating func startWord(quote: UInt8) {
        tail.removeAll(keepingCapacity: true)
        self.quote = quote
        isInside = false
    }

    private func beginsURL() -> Bool {
        guard let last = tail.last else { return false }
        switch last {
        case UInt8(ascii: "/"), UInt8(ascii: "\\"):
            let before = tail.dropLast().last
            // Browsers read a backslash in a URL as a slash.
            return before == UInt8(ascii: "/") || before == UInt8(ascii: "\\") || endsInHost(tail.dropLast())
        case UInt8(ascii: "?"), UInt8(ascii: "#"): return endsInHost(tail.dropLast())
        case UInt8(ascii: ":"): return Self.schemes.contains { isWord($0) }
        case UInt8(ascii: "."): return isWord(Array("www.".utf8))
        default: return false
        }
    }

    /// Whether the tail ends with `word` and no letter or digit stands before it.
    private func isWord(_ word: [UInt8]) -> Bool {
        guard tail.count >= word.count, tail.suffix(word.count).elementsEqual(word) else { return false }
        return tail.dropLast(word.count).last.map { !isLetter($0) && !($0 &- 0x30 < 10) } ?? true
    }

    /// Whether it ends like the authority of a URL: a host name, an IP literal, or one of them with a port.
    private func endsInHost(_ text: ArraySlice<UInt8>) -> Bool {
        let port = text.reversed().prefix { $0 &- 0x30 < 10 }.count
        let before = text.dropLast(port)
        if before.last == UInt8(ascii: ":") {
            // "localhost:8080/" is a host; "note:/" and "3:/" are not.
            return port > 0 && before.count > 1
        }
        if before.last == UInt8(ascii: "]") {
            return port == 0 && before.contains(UInt8(ascii: "[")) || before.count == 1
        }
        if port > 0, Self.isDot(before) { return endsInNumbers(text) }
        return endsInName(text)
    }

    /// A label, a dot, and at least two letters.
    private func endsInName(_ text: ArraySlice<UInt8>) -> Bool {
        let rest = text.reversed().drop { isLetter($0) || ($0 >= 0x80) }
        guard text.count - rest.count >= 2 else { return false }
        let tail = text.suffix(text.count - rest.count)
        // A full stop of another script stands among the letters, as far as bytes tell.
        if tail.count > 4, tail.indices.contains(where: { Self.isDot(tail[...$0]) && $0 > tail.startIndex + 2 }) {
            return true
        }
        guard rest.first == UInt8(ascii: "."), let label = rest.dropFirst().first else {
            return text.count == Self.maxTailBytes && rest.isEmpty
        }
        return isLetter(label) || label &- 0x30 < 10 || label >= 0x80
    }

    /// Three dots between digits: an IPv4 literal. Numbers such as 1.5 or 24/7 are none.
    private func endsInNumbers(_ text: ArraySlice<UInt8>) -> Bool {
        let address = text.reversed().prefix { $0 &- 0x30 < 10 || $0 == UInt8(ascii: ".") }
        return address.count { $0 == UInt8(ascii: ".") } >= 3 || address.count == Self.maxTailBytes
    }

    /// Whether the last bytes are a full stop of any script that IDNA takes for a dot (UTS 46, section 2.3).
    private static func isDot(_ text: ArraySlice<UInt8>) -> Bool {
        text.last == UInt8(ascii: ".") || HostDot.wide.contains { text.suffix(3).elementsEqual($0) }
    }
}

/// Characters that separate the labels of a host name.
enum HostDot {
    /// UTF-8 of U+3002, U+FF0E and U+FF61, which IDNA maps to a full stop (UTS 46, section 2.3).
    static let wide: [[UInt8]] = [[0xE3, 0x80, 0x82], [0xEF, 0xBC, 0x8E], [0xEF, 0xBD, 0xA1]]

    /// Bytes of the dot that begins at `at`; 0 if none does.
    static func length(_ text: [UInt8], at: Int) -> Int {
        guard at < text.count else { return 0 }
        if text[at] == UInt8(ascii: ".") { return 1 }
        return wide.contains { text[at...].starts(with: $0) } ? 3 : 0
    }
}
