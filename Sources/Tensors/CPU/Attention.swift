internal import CKernels

/// One sequence with all its heads.
private struct AttentionTask: ParallelTask {
    let plan: AttentionPlan
    let operands: AttentionOperands
    let out: Matrix
    /// Nil in the forward pass.
    let gradients: AttentionOperands?
    let scratch: UnsafePointer<UnsafeMutablePointer<Float>>

    func run(_ index: Int, worker: Int) {
        let sequence = plan.sequences[index]
        let queries = Int(sequence.queries)
        let keys = Int(sequence.keys)
        guard queries > 0 else {
            if let gradients { clearKeys(of: sequence, gradients) }
            return
        }
        let padded = (keys + 15) & ~15
        for head in 0..<plan.heads {
            let column = head * plan.headSize
            let query = Int(sequence.firstQuery) * operands.queryStride + column
            let key = Int(sequence.firstKey) * operands.keyStride + column
            let result = Int(sequence.firstQuery) * out.columns + column
            let probability = Int(sequence.firstProbability) + head * queries * padded
            var attention = CKAttention(
                q: operands.query + query, k: operands.key + key, v: operands.value + key,
                q_stride: operands.queryStride, k_stride: operands.keyStride, v_stride: operands.keyStride,
                out_stride: out.columns, queries: queries, keys: keys, head_size: plan.headSize,
                mask: plan.mask + Int(sequence.firstMaskWord), mask_words: plan.maskWords,
                scale: 1 / Float(plan.headSize).squareRoot(), probabilities: plan.probabilities + probability,
                dropout: plan.dropout, first_element: UInt64(probability), scratch: scratch[worker])
            if let gradients {
                ck_attention_backward(
                    &attention, out.data + result, gradients.query + query, gradients.key + key, gradients.value + key)
            } else {
                ck_attention_forward(&attention, out.data + result)
            }
        }
    }

    private func clearKeys(of sequence: AttentionSequence, _ gradients: AttentionOperands) {
        for row in 0..<Int(sequence.keys) {
            let first = (Int(sequence.firstKey) + row) * gradients.keyStride
            (gradients.key + first).update(repeating: 0, count: plan.heads * plan.headSize)
            (gradients.value + first).update(repeating: 0, count: plan.heads * plan.headSize)
        }
    }
}

extension CPUBackend {
    package func attention(_ plan: AttentionPlan, _ operands: AttentionOperands, out: Matrix) {
        run(plan, operands, out, nil)
    }

    package func attentionBackward(
        _ plan: AttentionPlan, _ operands: AttentionOperands, dOut: Matrix, gradients: AttentionOperands
    ) {
        run(plan, operands, dOut, gradients)
    }

    private func run(
        _ plan: AttentionPlan, _ operands: AttentionOperands, _ out: Matrix, _ gradients: AttentionOperands?
    ) {
        reserveScratch(ck_attention_scratch(plan.maximumQueries, plan.maximumKeys, plan.headSize))
        scratch.withUnsafeBufferPointer { scratch in
            pool.run(
                plan.sequenceCount,
                AttentionTask(
                    plan: plan, operands: operands, out: out, gradients: gradients, scratch: scratch.baseAddress!))
        }
    }
}
