#if Codings
    import CBrotli

    /// br (RFC 7932).
    enum BrotliCoding: ContentCoding {
        static let names = ["br"]
        private static let pieceBytes = 64 << 10

        static func decode(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
            guard let decoder = BrotliDecoderCreateInstance(nil, nil, nil) else { return nil }
            defer { BrotliDecoderDestroyInstance(decoder) }
            var out: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: pieceBytes)
            return bytes.withUnsafeBufferPointer { input in
                var available = input.count
                var next = input.baseAddress
                while true {
                    let (result, made) = piece.withUnsafeMutableBufferPointer { buffer in
                        var room = buffer.count
                        var target = buffer.baseAddress
                        let result = BrotliDecoderDecompressStream(decoder, &available, &next, &room, &target, nil)
                        return (result, buffer.count - room)
                    }
                    guard out.count + made <= limit else { return nil }
                    out += piece[..<made]
                    if result == BROTLI_DECODER_RESULT_SUCCESS { return available == 0 ? out : nil }
                    guard result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT else { return nil }
                }
            }
        }
    }
#endif
