/// Pictures in rows with a caption under each, to see an episode at a glance.
package struct ContactSheet: Sendable {
    package struct Cell: Sendable {
        package var picture: RGBImage
        /// Lines of text; what is too long for the picture's width is cut.
        package var captions: [String]

        package init(_ picture: RGBImage, captions: [String]) {
            self.picture = picture
            self.captions = captions
        }
    }

    package var title: String
    package var columns: Int
    private static let margin = 8
    private static let lineHeight = 10

    package init(title: String, columns: Int) {
        self.title = title
        self.columns = max(1, columns)
    }

    /// The sheets of the cells in order, as many as it takes to keep each below the limit of what can be read back.
    package func sheets(_ cells: [Cell]) -> [RGBImage] {
        guard let first = cells.first else { return [] }
        let captionLines = cells.map(\.captions.count).max() ?? 0
        let cellWidth = (cells.map(\.picture.width).max() ?? first.picture.width) + Self.margin
        let cellHeight =
            (cells.map(\.picture.height).max() ?? first.picture.height) + captionLines * Self.lineHeight + Self.margin
        let columns = min(columns, cells.count)
        let width = columns * cellWidth + Self.margin
        let top = Self.margin * 2 + Self.lineHeight
        let rowsPerSheet = max(1, (RGBImage.pixelLimit / width - top) / cellHeight)
        return stride(from: 0, to: cells.count, by: columns * rowsPerSheet).map { start in
            let part = cells[start..<min(start + columns * rowsPerSheet, cells.count)]
            let rows = (part.count + columns - 1) / columns
            var sheet = RGBImage(width: width, height: top + rows * cellHeight, red: 250, green: 249, blue: 246)
            sheet.draw(Self.cut(title, width - 2 * Self.margin), x: Self.margin, y: Self.margin)
            for (index, cell) in part.enumerated() {
                let (x, y) = (
                    Self.margin + index % columns * cellWidth, top + index / columns * cellHeight
                )
                sheet.paste(cell.picture, x: x, y: y)
                for (line, caption) in cell.captions.enumerated() {
                    sheet.draw(
                        Self.cut(caption, cellWidth - Self.margin), x: x,
                        y: y + cell.picture.height + 3 + line * Self.lineHeight)
                }
            }
            return sheet
        }
    }

    private static func cut(_ text: String, _ width: Int) -> String {
        String(text.prefix(max(0, width / RGBImage.textWidth("x"))))
    }
}
