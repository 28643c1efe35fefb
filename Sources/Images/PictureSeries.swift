/// Pictures of consecutive moments as files: each of them, contact sheets of all, and an animation.
package struct PictureSeries: Sendable {
    package let pictures: [RGBImage]
    private let captions: [[String]]
    private let title: String

    /// - Parameters:
    ///   - captions: Lines under each picture on the sheets.
    ///   - title: Above each sheet.
    package init(_ pictures: [RGBImage], captions: [[String]], title: String) {
        self.pictures = pictures
        self.captions = captions
        self.title = title
    }

    /// `000000000.png` and so on, `sheet.png`, `sheet-2.png` and so on, `animation.png`.
    ///
    /// - Throws: ``ImageError``.
    package func files() throws -> [(name: String, bytes: [UInt8])] {
        var files: [(name: String, bytes: [UInt8])] = []
        for (index, picture) in pictures.enumerated() {
            let digits = String(index)
            let name = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
            files.append(("\(name).png", try picture.png()))
        }
        let cells = zip(pictures, captions).map { picture, captions in
            ContactSheet.Cell(picture.resized(width: 150, height: 150), captions: captions)
        }
        for (index, sheet) in ContactSheet(title: title, columns: 8).sheets(cells).enumerated() {
            files.append((index == 0 ? "sheet.png" : "sheet-\(index + 1).png", try sheet.png()))
        }
        files.append(("animation.png", try AnimatedPNG.encode(pictures, milliseconds: 200)))
        return files
    }
}
