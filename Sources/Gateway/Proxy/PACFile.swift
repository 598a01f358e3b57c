/// `/proxy.pac`: which hosts a browser reaches through us, and everything else directly.
///
/// Source of the form: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Proxy_servers_and_tunneling/Proxy_Auto-Configuration_PAC_file
enum PACFile {
    /// The script. Patterns are in lower case; `*` stands for any run of characters. A provider's host has no other way than through us: when
    /// we are gone, it is not reached uninspected. What is only watched is reached directly then.
    static func script(_ patterns: [String], watched: [String], port: Int) -> String {
        let proxy = "PROXY 127.0.0.1:\(port)"
        return """
            // Hosts of AI services go through Sluice; everything else is reached directly.
            var read = \(table(patterns));
            var watched = \(table(watched));
            function isIn(table, host) {
              if (Object.prototype.hasOwnProperty.call(table.exact, host)) return true;
              for (var i = 0; i < table.wild.length; i++)
                if (shExpMatch(host, table.wild[i])) return true;
              return false;
            }
            function FindProxyForURL(url, host) {
              host = host.toLowerCase().replace(/\\.$/, "");
              if (isIn(read, host)) return "\(proxy)";
              if (isIn(watched, host)) return "\(proxy); DIRECT";
              return "DIRECT";
            }

            """
    }

    private static func table(_ patterns: [String]) -> String {
        let plain = patterns.filter(isPlain)
        let exact = plain.filter { !$0.contains("*") }.map { "\"\($0)\":1" }
        let wild = plain.filter { $0.contains("*") }.map { "\"\($0)\"" }
        return "{exact:{\(exact.joined(separator: ","))},wild:[\(wild.joined(separator: ","))]}"
    }

    /// Nothing but what stands in a host name gets into the script.
    private static func isPlain(_ pattern: String) -> Bool {
        pattern.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x2A, 0x5F].contains($0)
        }
    }
}
