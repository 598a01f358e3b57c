import NIOCore

/// Bounds of what the gateway holds and waits for.
public enum GatewayLimits {
    /// Largest request body that is held for its verdict, in bytes. A larger one is refused with 413.
    public static let maxHeldBodyBytes = 32 << 20
    /// Bytes of request bodies held in all connections together. What would exceed it is answered 503 and may be tried again.
    public static let maxHeldBytesInAll = 64 << 20
    /// Bytes of a body over the limit that are read and dropped, so that the client gets to read its 413. After these the
    /// connection is closed.
    public static let maxDrainedBytes = 256 << 20
    /// Bodies up to this many bytes are parsed where they are read; larger ones go to a thread of their own.
    public static let maxInlineBytes = 64 << 10

    /// Largest header of a request or reply, all fields together, in bytes.
    public static let maxHeaderBytes = 64 << 10
    /// Largest single header field, in bytes.
    public static let maxFieldBytes = 16 << 10
    /// Most header fields of one message.
    public static let maxFields = 200
    /// Longest request target, in bytes.
    public static let maxTargetBytes = 8 << 10

    /// Largest single header field of a request through the proxy, in bytes: browsers put all cookies into one.
    public static let maxProxyFieldBytes = 48 << 10
    /// Longest request target through the proxy, in bytes: sign-in pages put whole tokens into it.
    public static let maxProxyTargetBytes = 32 << 10
    /// Hosts whose TLS context is kept.
    public static let maxInterceptionContexts = 256
    /// Origins to which connections are kept for the proxy.
    public static let maxOrigins = 128

    /// Requests at a time on one connection in HTTP/2.
    public static let maxStreams = 100
    /// Bytes of one stream of a client that may be under way unread. With `maxStreams` it bounds what a connection can make us hold.
    public static let clientWindowBytes = 256 << 10
    /// Bytes of one reply of a provider that may be under way unread.
    public static let upstreamWindowBytes = 1 << 20
    /// Bytes of one stream that wait to be sent before its sender is held up.
    public static let streamBufferBytes = 64 << 10
    /// CONTINUATION frames of one header block.
    public static let maxContinuationFrames = 8
    /// Our own control frames that wait for a peer that does not read.
    public static let maxBufferedControlFrames = 1_000
    /// PING, SETTINGS and PRIORITY frames of one peer within `floodWindow`; one more ends the connection.
    public static let maxControlFrames = 1_000
    /// Streams that one peer breaks off within `floodWindow`; one more ends the connection.
    public static let maxResets = 200
    /// Time over which floods are counted.
    public static let floodWindow = TimeAmount.seconds(30)

    /// Client connections at a time; one more is closed at once.
    public static let maxConnections = 512
    /// Connections kept open to one provider while nothing is asked of it.
    public static let maxIdleUpstream = 8

    /// Time that a request's head may take from its first byte.
    public static let headTimeout = TimeAmount.seconds(30)
    /// Time that may pass between two pieces of a request's body.
    public static let bodyTimeout = TimeAmount.seconds(60)
    /// Time that a client's connection is kept without a request.
    public static let idleTimeout = TimeAmount.seconds(300)
    /// Time that a connection to a provider may take, TLS included.
    public static let connectTimeout = TimeAmount.seconds(10)
    /// Time that a provider may be silent in a reply. Models think for minutes; the client gives up by itself much earlier.
    public static let replyTimeout = TimeAmount.minutes(15)
    /// Time that a connection to a provider is kept without a request. Not shorter than a minute: it is a wake-up.
    public static let upstreamIdleTimeout = TimeAmount.seconds(60)
    /// Time that a tunnel is kept without a byte in either direction.
    public static let tunnelIdleTimeout = TimeAmount.minutes(60)
    /// Time that a client's TLS handshake may take.
    public static let handshakeTimeout = TimeAmount.seconds(10)
    /// Time that requests in flight get when the agent stops.
    public static let stopTimeout = TimeAmount.seconds(5)
}
