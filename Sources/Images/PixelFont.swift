/// Letters of 5 x 7 pixels for captions. Small letters are drawn as capitals, unknown characters as a box.
enum PixelFont {
    static let width = 5
    static let height = 7
    /// Pixels from one letter to the next.
    static let advance = 6

    /// Whether pixel (x, y) of a character is set.
    static func isSet(_ character: Character, x: Int, y: Int) -> Bool {
        let rows = glyphs[Character(character.uppercased())] ?? [31, 17, 17, 17, 17, 17, 31]
        return rows[y] >> UInt8(width - 1 - x) & 1 == 1
    }

    /// A row a byte, the leftmost pixel in bit 4.
    private static let glyphs: [Character: [UInt8]] = {
        var glyphs: [Character: [UInt8]] = [" ": [0, 0, 0, 0, 0, 0, 0]]
        for band in drawing.split(separator: "\n\n") {
            let lines = band.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
            for (index, character) in lines[0].filter({ $0 != " " }).enumerated() {
                glyphs[character] = lines[1...7].map { line in
                    (0..<width).reduce(UInt8(0)) { byte, x in
                        let column = index * advance + x
                        return byte << 1 | (column < line.count && line[column] == "#" ? 1 : 0)
                    }
                }
            }
        }
        return glyphs
    }()

    private static let drawing = """
        0     1     2     3     4     5     6     7     8     9
         ###    #    ###  ##### #   # #####  ###  #####  ###   ###
        #   #  ##   #   #    #  #   # #     #        #  #   # #   #
        #  ##   #       #   #   #   # ####  #       #   #   # #   #
        # # #   #     ##   ###  #####     # ####    #    ###   ####
        ##  #   #    #        #     #     # #   #  #    #   #     #
        #   #   #   #     #   #     # #   # #   #  #    #   #     #
         ###   ### #####  ###       #  ###   ###   #     ###   ###

        A     B     C     D     E     F     G     H     I     J
         ###  ####   ###  ####  ##### #####  ###  #   #  ###    ###
        #   # #   # #   # #   # #     #     #   # #   #   #      #
        #   # #   # #     #   # #     #     #     #   #   #      #
        ##### ####  #     #   # ####  ####  # ### #####   #      #
        #   # #   # #     #   # #     #     #   # #   #   #      #
        #   # #   # #   # #   # #     #     #   # #   #   #   #  #
        #   # ####   ###  ####  ##### #      ###  #   #  ###   ##

        K     L     M     N     O     P     Q     R     S     T
        #   # #     #   # #   #  ###  ####   ###  ####   #### #####
        #  #  #     ## ## ##  # #   # #   # #   # #   # #       #
        # #   #     # # # # # # #   # #   # #   # #   # #       #
        ##    #     # # # #  ## #   # ####  #   # ####   ###    #
        # #   #     #   # #   # #   # #     # # # # #       #   #
        #  #  #     #   # #   # #   # #     #  #  #  #      #   #
        #   # ##### #   # #   #  ###  #      ## # #   # ####    #

        U     V     W     X     Y     Z     .     ,     :     -
        #   # #   # #   # #   # #   # #####
        #   # #   # #   # #   # #   #     #               #
        #   # #   # #   #  # #   # #     #                #
        #   # #   # # # #   #     #     #                       #####
        #   # #   # # # #  # #    #    #                  #
        #   #  # #  ## ## #   #   #   #       ##    ##    #
         ###    #   #   # #   #   #   #####   ##     #

        +     /     (     )     =     |     _     >     %     !
                  #    #   #            #               ##  #   #
          #       #   #     #   #####   #           #   ##  #   #
          #      #    #     #           #            #     #    #
        #####   #     #     #           #             #   #     #
          #    #      #     #   #####   #            #   #      #
          #   #       #     #           #           #    #  ##
              #        #   #            #   #####       #   ##  #
        """
}

extension RGBImage {
    /// The width of a line of text in pixels.
    package static func textWidth(_ text: String, scale: Int = 1) -> Int { text.count * PixelFont.advance * scale }

    /// The height of a line of text in pixels.
    package static func textHeight(scale: Int = 1) -> Int { PixelFont.height * scale }

    /// Draws a line of text with its upper left corner at (x, y). What lies outside the picture is left out.
    package mutating func draw(
        _ text: String, x: Int, y: Int, scale: Int = 1, red: UInt8 = 20, green: UInt8 = 20, blue: UInt8 = 20
    ) {
        for (index, character) in text.enumerated() {
            let left = x + index * PixelFont.advance * scale
            for row in 0..<PixelFont.height * scale {
                for column in 0..<PixelFont.width * scale
                where PixelFont.isSet(character, x: column / scale, y: row / scale) {
                    let (px, py) = (left + column, y + row)
                    guard px >= 0, px < width, py >= 0, py < height else { continue }
                    let at = (py * width + px) * 3
                    (pixels[at], pixels[at + 1], pixels[at + 2]) = (red, green, blue)
                }
            }
        }
    }

    /// Copies a picture in, its upper left corner at (x, y). What lies outside is left out.
    package mutating func paste(_ other: RGBImage, x: Int, y: Int) {
        let (left, right) = (max(0, x), min(width, x + other.width))
        guard left < right else { return }
        for row in max(0, y)..<max(0, y, min(height, y + other.height)) {
            let from = ((row - y) * other.width + left - x) * 3
            let to = (row * width + left) * 3
            pixels.replaceSubrange(
                to..<(to + (right - left) * 3), with: other.pixels[from..<(from + (right - left) * 3)])
        }
    }
}
