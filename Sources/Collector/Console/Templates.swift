import Foundation
import Mustache

/// What a template reads: strings, numbers, flags, lists of views, views.
typealias View = [String: Any]

/// A member that may be absent: false hides a section, and unlike a missing key it is not looked for in the surrounding view.
func optional(_ value: (some Any)?) -> Any { value.map { $0 as Any } ?? false }

/// Escapes text for HTML scalar by scalar.
///
/// Mustache's own escaping goes by characters: a quote followed by a combining mark is another character for it and would pass unescaped, while a
/// browser sees a quote.
struct ScalarHTML: MustacheContentType {
    static let name = "SCALAR_HTML"

    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: Self.isSpecial) else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + 32)
        for byte in text.utf8 {
            switch byte {
            case 0x26: out += Array("&amp;".utf8)
            case 0x3C: out += Array("&lt;".utf8)
            case 0x3E: out += Array("&gt;".utf8)
            case 0x22: out += Array("&quot;".utf8)
            case 0x27: out += Array("&#39;".utf8)
            case 0x60: out += Array("&#96;".utf8)
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x26, 0x3C, 0x3E, 0x22, 0x27, 0x60: true
        default: false
        }
    }
}

/// The pages' templates. Each source begins with the pragma that chooses `ScalarHTML`; a test holds them to it, and to no unescaped variable.
enum Templates {
    static let pragma = "{{% CONTENT_TYPE: \(ScalarHTML.name)}}"

    static let sources: [String: String] = [
        "layout": LayoutTemplate.source, "icons": LayoutTemplate.icons, "events": EventListPage.template,
        "rows": EventListPage.rows, "facets": EventListPage.facets, "event": EventPageView.template,
        "finding": EventPageView.finding, "devices": DevicesPage.template, "message": MessagePage.template,
    ]

    static let library: MustacheLibrary = {
        MustacheContentTypes.register(ScalarHTML(), named: ScalarHTML.name)
        var library = MustacheLibrary()
        for (name, source) in sources {
            do { try library.register(pragma + source, named: name) } catch {
                // The sources are part of the program and a test parses each of them.
                preconditionFailure("template \(name): \(error)")
            }
        }
        return library
    }()

    static func render(_ view: View, with name: String) -> String {
        library.render(view, withTemplate: name) ?? ""
    }
}
