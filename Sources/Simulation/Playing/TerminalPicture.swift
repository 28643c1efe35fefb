internal import Images

/// A picture as coloured half blocks: two pixels a character, for terminals with 24-bit colour.
enum TerminalPicture {
    /// - Parameter columns: Characters a line; the picture keeps its proportions.
    static func text(_ picture: RGBImage, columns: Int) -> String {
        let width = max(1, columns)
        let height = max(2, picture.height * width / picture.width / 2 * 2)
        let small = picture.resized(width: width, height: height)
        var text = ""
        for y in stride(from: 0, to: height, by: 2) {
            var last = ""
            for x in 0..<width {
                let color = escape(small, x, y, layer: 38) + escape(small, x, y + 1, layer: 48)
                if color != last { text += color }
                last = color
                text += "\u{2580}"
            }
            text += "\u{1B}[0m\n"
        }
        return text
    }

    private static func escape(_ picture: RGBImage, _ x: Int, _ y: Int, layer: Int) -> String {
        let at = (y * picture.width + x) * 3
        return "\u{1B}[\(layer);2;\(picture.pixels[at]);\(picture.pixels[at + 1]);\(picture.pixels[at + 2])m"
    }
}
