import Glibc
import Hooks
import Packs

/// Files that go to the model with a call, and that the host reads by itself.
struct MentionedFiles {
    /// What was read.
    struct Content {
        var texts: [ControlText] = []
        var opaque: [ControlOpaque] = []
    }

    /// Bytes at a file's start in which a NUL makes it no text.
    private static let probeBytes = 8 << 10
    private let files: [String]
    private let folder: String
    private let home: String

    init(_ call: HookCall, home: String) {
        files = call.files
        folder = call.folder ?? "."
        self.home = home
    }

    /// Reads every file that is there. A mention that names none is no file; what can't be read in full counts as opaque.
    func read() -> Content {
        var content = Content()
        for (index, file) in files.enumerated() {
            guard index < HookLimits.maxMentionedFiles else {
                content.opaque.append(
                    ControlOpaque(reason: "too-large", path: "@ files beyond \(HookLimits.maxMentionedFiles)"))
                break
            }
            let path = file.hasPrefix("~/") ? home + file.dropFirst() : file.hasPrefix("/") ? file : folder + "/" + file
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let shown = "@" + (file.split(separator: "/").last.map(String.init) ?? file)
            do throws(FileProblem) {
                let bytes = try FileBytes.read(path, max: HookLimits.maxFileBytes)
                if bytes.prefix(Self.probeBytes).contains(0) {
                    content.opaque.append(ControlOpaque(reason: Self.isImage(file) ? "image" : "file", path: shown))
                } else {
                    content.texts.append(
                        ControlText(
                            String(decoding: bytes, as: UTF8.self), path: shown, role: "user", rewritable: false))
                }
            } catch {
                // The host, too, fails on a file that this user may not read.
                if status.st_size > HookLimits.maxFileBytes {
                    content.opaque.append(ControlOpaque(reason: "too-large", path: shown))
                }
            }
        }
        return content
    }

    private static func isImage(_ file: String) -> Bool {
        ["png", "jpg", "jpeg", "gif", "webp", "bmp", "tiff"].contains(
            file.split(separator: ".").last?.lowercased() ?? "")
    }
}
