internal import ExperimentStore
internal import RewardLabeling
internal import Statistics

extension LintCheck {
    /// The values the figure can take, for drawing.
    var scale: ClosedRange<Double> {
        switch name {
        case .entropy: 0...3.4594
        case .progressCorrelation, .orderCorrelation, .timeTrend: -1...1
        case .alignment: -2...2
        default: 0...1
        }
    }
}

extension LintCheck.Name {
    init(_ control: LabelControl) {
        self =
            switch control {
            case .frozen: .frozenControl
            case .reversed: .reversedControl
            case .shuffled: .shuffledControl
            case .mismatched: .mismatchedControl
            }
    }
}
