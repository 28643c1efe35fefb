internal import Ground
internal import Pages

/// Style, script and icon, which are part of the program.
enum Assets {
    private static let contents: [Route.Asset: (type: String, bytes: [UInt8], tag: String)] = Dictionary(
        uniqueKeysWithValues: [
            (Route.Asset.style, "text/css; charset=utf-8", Array(PageStyle.text.utf8) + PackageResources.viewer_css),
            (.keys, "text/javascript; charset=utf-8", PackageResources.keys_js),
            (.icon, "image/svg+xml", PackageResources.icon_svg),
        ].map { asset, type, bytes in
            (asset, (type, bytes, SHA256.hash(data: bytes).prefix(6).hex))
        })

    /// Another one for another content, so that browsers may keep what they have.
    static func address(_ asset: Route.Asset) -> String { "/\(asset.rawValue)?v=\(contents[asset]?.tag ?? "")" }

    static func reply(_ asset: Route.Asset, ifNoneMatch: String?) -> ViewerReply {
        guard let content = contents[asset] else { return ViewerReply(status: 404, text: "There is nothing here.") }
        let mark = "\"\(content.tag)\""
        var reply =
            ifNoneMatch == mark
            ? ViewerReply(status: 304, type: content.type, body: [])
            : ViewerReply(type: content.type, body: content.bytes)
        reply.headers = [("etag", mark), ("cache-control", "private, max-age=3600")]
        return reply
    }
}
