/// The 8-4-4-4-12 form of RFC 9562.
enum UUIDShape {
    static func matches(_ value: Span<UInt8>) -> Bool {
        guard value.count == 36 else { return false }
        for index in 0..<36 {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                if value[index] != 0x2D { return false }
            } else if hexValue(value[index]) == nil {
                return false
            }
        }
        return true
    }
}
