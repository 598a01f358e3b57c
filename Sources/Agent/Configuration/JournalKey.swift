import Packs

extension AgentPaths {
    /// The key that signs the journal's gap events; nil when this device has no key yet or it can't be read.
    public func journalKey() -> [UInt8]? {
        guard let key = try? FileBytes.read(deviceKey, max: DeviceKeyFile.byteCount),
            key.count == DeviceKeyFile.byteCount
        else { return nil }
        return Keys.derive(key, for: Keys.journalUse)
    }
}

extension Keys {
    /// What the journal's key is derived for.
    static let journalUse = "sluice journal"
}
