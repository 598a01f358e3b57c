import Foundation
import Testing

@testable import Policy

@Suite("The watch list") struct WatchListTests {
    private static func shipped() throws -> WatchList {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../agent-config/watchlist.json")
        return try WatchList(JSONDecoder().decode([WatchedService].self, from: Data(contentsOf: file)))
    }

    @Test("a host is known by its whole name, or by a name that it stands below") func service() throws {
        let list = try WatchList([
            WatchedService(name: "A", hosts: ["a.example", "*.below.example"]),
            WatchedService(name: "B", hosts: ["*.deep.below.example"]),
        ])
        #expect(list.service(at: "a.example") == "A")
        #expect(list.service(at: "x.a.example") == nil)
        #expect(list.service(at: "below.example") == nil)
        #expect(list.service(at: "x.below.example") == "A")
        #expect(list.service(at: "y.x.below.example") == "A")
        #expect(list.service(at: "y.deep.below.example") == "B")
        #expect(list.service(at: "xbelow.example") == nil)
    }

    @Test(
        "what is no host name, or there twice, is refused with its name",
        arguments: [
            "", "A.example", "*", "*.", "localhost", "a.*.example", "a..example", "https://a.example", "twice.example",
        ])
    func refused(_ host: String) {
        #expect {
            try WatchList([
                WatchedService(name: "Service", hosts: [host]), WatchedService(name: "Other", hosts: ["twice.example"]),
            ])
        } throws: { error in
            "\(error)".contains(host == "twice.example" ? "twice.example" : "Service")
        }
    }

    @Test("the shipped list names no host of the catalogue, which has facts")
    func shippedList()
        throws
    {
        let hosts = try Self.shipped().hosts
        #expect(hosts.count > 50)
        #expect(hosts.filter { CatalogueHostsTests.hosts.contains($0) } == [])
    }
}
