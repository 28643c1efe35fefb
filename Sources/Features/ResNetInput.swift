internal import Images
internal import Networks

/// Pictures as torchvision's weights want them: scaled to 224 x 224 and normalised.
struct ResNetInput {
    /// What they were trained with: of red, green and blue in 0...1.
    private static let mean: [Float] = [0.485, 0.456, 0.406]
    private static let deviation: [Float] = [0.229, 0.224, 0.225]

    private var scaling: PillowScaling?
    /// Of each byte, by channel.
    private let normalised = (0..<3).map { channel in
        (0..<256).map { (Float($0) / 255 - Self.mean[channel]) / Self.deviation[channel] }
    }

    /// Writes a picture of any size to its place in a batch.
    mutating func write(_ picture: RGBImage, to pictures: inout [Float], place: Int) {
        let scaling: PillowScaling
        if let known = self.scaling, known.fits(picture) {
            scaling = known
        } else {
            scaling = PillowScaling(
                width: picture.width, height: picture.height, toWidth: ResNet18.side, height: ResNet18.side)
            self.scaling = scaling
        }
        let bytes = scaling.scaled(picture)
        let start = place * ResNet18.pictureSize
        for index in stride(from: 0, to: bytes.count, by: 3) {
            for channel in 0..<3 {
                pictures[start + index + channel] = normalised[channel][Int(bytes[index + channel])]
            }
        }
    }
}
