extension FrameStore {
    /// The mean colours of 7 x 7 equal parts of a picture, row by row, red, green and blue each 0 to 1: 147 numbers.
    /// Nil for a record that is not there, and for records that are no RGB pictures with sides divisible by 7.
    package func colours(of record: Int) -> [Float]? {
        let side = 7
        guard format.element == .uint8, format.shape.count == 3, format.shape[2] == 3, (0..<count).contains(record),
            format.shape[0] % side == 0, format.shape[1] % side == 0
        else { return nil }
        let (height, width) = (format.shape[0], format.shape[1])
        var sums = [Int](repeating: 0, count: side * side * 3)
        withFrame(record) { bytes in
            for row in 0..<height {
                for column in 0..<width {
                    let part = row * side / height * side + column * side / width
                    for channel in 0..<3 { sums[part * 3 + channel] += Int(bytes[(row * width + column) * 3 + channel]) }
                }
            }
        }
        let scale = Float(height / side * (width / side) * 255)
        return sums.map { Float($0) / scale }
    }
}
