/// `/proxy.pac`: which hosts a browser reaches through us, and everything else directly.
///
/// Source of the form: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Proxy_servers_and_tunneling/Proxy_Auto-Configuration_PAC_file
enum PACFile {
    /// The script. `patterns` are lower-case host patterns in which `*` stands for any run of characters. A provider's host has no other way
    /// than through us: when we are gone, it is not reached uninspected.
    static func script(_ patterns: [String], port: Int) -> String {
        let plain = patterns.filter(isPlain)
        let exact = plain.filter { !$0.contains("*") }.map { "\"\($0)\":1" }
        let wild = plain.filter { $0.contains("*") }.map { "\"\($0)\"" }
        return """
            // Only hosts of AI providers go through Sluice; everything else is reached directly.
            var exact = {\(exact.joined(separator: ","))};
            var wild = [\(wild.joined(separator: ","))];
            function FindProxyForURL(url, host) {
              host = host.toLowerCase().replace(/\\.$/, "");
              if (Object.prototype.hasOwnProperty.call(exact, host)) return "PROXY 127.0.0.1:\(port)";
              for (var i = 0; i < wild.length; i++)
                if (shExpMatch(host, wild[i])) return "PROXY 127.0.0.1:\(port)";
              return "DIRECT";
            }

            """
    }

    /// Nothing but what stands in a host name gets into the script.
    private static func isPlain(_ pattern: String) -> Bool {
        pattern.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x2A, 0x5F].contains($0)
        }
    }
}
