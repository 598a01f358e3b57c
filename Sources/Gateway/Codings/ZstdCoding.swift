#if Codings
    import CZstd

    /// zstd (RFC 8878): one frame or several, with a window of at most 8 MiB (RFC 9659).
    enum ZstdCoding: ContentCoding {
        static let names = ["zstd"]
        private static let pieceBytes = 64 << 10
        /// Base-2 logarithm of the largest window, in bytes.
        private static let maxWindowLog: Int32 = 23

        static func decode(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
            guard let decoder = ZSTD_createDCtx() else { return nil }
            defer { ZSTD_freeDCtx(decoder) }
            guard ZSTD_isError(ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, maxWindowLog)) == 0 else {
                return nil
            }
            var out: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: pieceBytes)
            return bytes.withUnsafeBytes { input in
                var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
                while true {
                    let (left, made) = piece.withUnsafeMutableBytes { buffer in
                        var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
                        let left = ZSTD_decompressStream(decoder, &target, &source)
                        return (left, target.pos)
                    }
                    guard ZSTD_isError(left) == 0, out.count + made <= limit else { return nil }
                    out += piece[..<made]
                    // A frame that is whole, and nothing behind it.
                    if left == 0, source.pos == source.size { return out }
                    // All was read, and nothing more comes out: cut off.
                    if source.pos == source.size, made < pieceBytes { return nil }
                }
            }
        }
    }
#endif
