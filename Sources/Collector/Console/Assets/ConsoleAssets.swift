import Crypto
import Events
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the console, compiled into the program.
struct ConsoleAsset: Sendable {
    let name: String
    let type: String
    let text: String
    /// Part of the address that changes with the contents, so that a browser may keep the file for ever.
    let version: String

    init(name: String, type: String, text: String) {
        self.name = name
        self.type = type
        self.text = text
        version = String(Hex.encode(SHA256.hash(data: Data(text.utf8))).prefix(12))
    }

    var address: String { "/console/assets/\(name)?v=\(version)" }

    func response(to request: Request) -> Response {
        let isVersioned = request.uri.query == "v=\(version)"
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: isVersioned ? "public, max-age=31536000, immutable" : "no-cache",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

enum ConsoleAssets {
    static let style = ConsoleAsset(
        name: "style.css", type: "text/css; charset=utf-8",
        text: Stylesheet.colours + Stylesheet.frame + Stylesheet.list + Stylesheet.pages)
    static let script = ConsoleAsset(
        name: "script.js", type: "text/javascript; charset=utf-8", text: ConsoleScript.source)
    static let icon = ConsoleAsset(
        name: "icon.svg", type: "image/svg+xml",
        text: """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#0b6e6e"/><path d="M5 4.5h14v5H5z" fill="#fff"/><path d="M5 14c2.3-1.8 4.7 1.8 7 0s4.7-1.8 7 0M5 18.3c2.3-1.8 4.7 1.8 7 0s4.7-1.8 7 0" fill="none" stroke="#9fe0da" stroke-width="1.8" stroke-linecap="round"/></svg>
            """)

    static let all = [style, script, icon]
}
