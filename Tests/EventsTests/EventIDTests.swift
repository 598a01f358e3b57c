import Events
import Testing

@Suite struct EventIDTests {
    @Test("the text form leads back to the id") func roundTrip() throws {
        for milliseconds: UInt64 in [0, 1, 1_790_000_000_000, EventID.maxMilliseconds] {
            let id = EventID(milliseconds: milliseconds)
            #expect(id.milliseconds == milliseconds)
            #expect(id.description.utf8.count == EventID.textBytes)
            #expect(EventID(id.description) == id)
            #expect(EventID(id.description.lowercased()) == id)
            #expect(id.description.hasSuffix(id.short) && id.short.count == 4)
        }
    }

    @Test("ids sort by time, as numbers and as text") func order() {
        let ids = (0..<200).map { EventID(milliseconds: 1_790_000_000_000 + UInt64($0) * 7) }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }

    @Test(
        "what is no id is none",
        arguments: [
            "", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVX", "81ARZ3NDEKTSV4RRFFQ69G5FAV",
            "01ARZ3NDEKTSV4RRFFQ69G5FAU",
            "01ARZ3NDEKTSV4RRFFQ69G5FA ",
        ])
    func refuses(_ text: String) { #expect(EventID(text) == nil) }

    @Test("a time past the limit counts as the limit") func limit() {
        #expect(EventID(milliseconds: .max).milliseconds == EventID.maxMilliseconds)
    }

    @Test("ten thousand ids of one millisecond differ") func unique() {
        #expect(Set((0..<10_000).map { _ in EventID(milliseconds: 5) }).count == 10_000)
    }
}
