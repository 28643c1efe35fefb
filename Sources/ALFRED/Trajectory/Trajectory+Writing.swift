extension Trajectory {
    /// The bytes of a `traj_data.json`: keys sorted, four spaces, no final newline, as the release has them.
    ///
    /// - Throws: What ``validate()`` finds, so that only readable files are written.
    package func json() throws(ALFREDError) -> [UInt8] {
        try validate()
        var writer = JSONWriter()
        writer.object { root in
            root.set("task_id", taskID)
            root.set("scene") { scene.write(to: &$0) }
            root.set("turk_annotations") { writer in
                writer.object { $0.set("anns") { $0.array(annotations) { $1.write(to: &$0) } } }
            }
            if let taskType { root.set("task_type", taskType) }
            if let goal { root.set("pddl_params") { goal.write(to: &$0) } }
            if let plan { root.set("plan") { plan.write(to: &$0) } }
            if let images { root.set("images") { $0.array(images) { $1.write(to: &$0) } } }
            if let rewards = recordedRewards { root.set("task") { rewards.write(to: &$0) } }
            root.merge(extras)
        }
        guard !writer.hasUnwritableNumber else {
            throw ALFREDError(.invalidValue, "a number is not finite")
        }
        return writer.bytes
    }
}

extension GoalParameters {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("object_target", objectTarget)
            $0.set("object_sliced", objectSliced)
            $0.set("parent_target", parentTarget)
            $0.set("mrecep_target", movableTarget)
            $0.set("toggle_target", toggleTarget)
        }
    }
}

extension Vector3 {
    fileprivate func set(in members: inout JSONWriter.Members) {
        members.set("x", x)
        members.set("y", y)
        members.set("z", z)
    }
}

extension Scene {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("floor_plan", floorPlan)
            $0.set("scene_num", number)
            $0.set("random_seed", randomSeed)
            $0.set("dirty_and_empty", dirtyAndEmpty)
            $0.set("init_action") { initialAction.write(to: &$0) }
            $0.set("object_toggles") { writer in
                writer.array(objectToggles) { writer, toggle in
                    writer.object {
                        $0.set("objectType", toggle.objectType)
                        $0.set("isOn", toggle.isOn)
                    }
                }
            }
            $0.set("object_poses") { writer in
                writer.array(objectPoses) { writer, pose in
                    writer.object {
                        $0.set("objectName", pose.objectName)
                        $0.set("position") { $0.object { pose.position.set(in: &$0) } }
                        $0.set("rotation") { $0.object { pose.rotation.set(in: &$0) } }
                    }
                }
            }
            $0.merge(extras)
        }
    }
}

extension InitialAction {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("action", action)
            $0.set("horizon", horizon)
            $0.set("rotateOnTeleport", rotateOnTeleport)
            $0.set("rotation", rotation)
            position.set(in: &$0)
        }
    }
}

extension ImageEntry {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("high_idx", highIndex)
            $0.set("image_name", name)
            $0.set("low_idx", lowIndex)
        }
    }
}

extension Annotation {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("task_desc", taskDescription)
            $0.set("high_descs") { $0.array(stepDescriptions) { $0.value($1) } }
            $0.set("votes") { $0.array(votes) { $0.value($1) } }
            if let assignmentID { $0.set("assignment_id", assignmentID) }
            $0.merge(extras)
        }
    }
}

extension RecordedRewards {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("rewards") { $0.array(rewards) { $0.value($1) } }
            if let upperBound { $0.set("reward_upper_bound", upperBound) }
            $0.merge(extras)
        }
    }
}

extension Plan {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("high_pddl") { $0.array(highLevel) { $1.write(to: &$0) } }
            $0.set("low_actions") { $0.array(lowActions) { $1.write(to: &$0) } }
            $0.merge(extras)
        }
    }
}

extension HighLevelStep {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("high_idx", index)
            $0.set("discrete_action") { writer in
                writer.object {
                    $0.set("action", action.rawValue)
                    $0.set("args") { $0.array(arguments) { $0.value($1) } }
                }
            }
            $0.set("planner_action") { planner.write(to: &$0) }
        }
    }
}

extension PlannerAction {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("action", action)
            if let location { $0.set("location", location) }
            if let objectID { $0.set("objectId", objectID) }
            if let cleanObjectID { $0.set("cleanObjectId", cleanObjectID) }
            if let receptacleObjectID { $0.set("receptacleObjectId", receptacleObjectID) }
            $0.merge(extras)
        }
    }
}

extension LowAction {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("high_idx", highIndex)
            $0.set("api_action") { api.write(to: &$0) }
            $0.set("discrete_action") { writer in
                writer.object {
                    $0.set("action", action.releaseName)
                    $0.set("args") { writer in
                        writer.object { target?.set(in: &$0) }
                    }
                }
            }
        }
    }
}

extension InteractionTarget {
    fileprivate func set(in members: inout JSONWriter.Members) {
        members.set("bbox") { $0.array(box) { $0.value($1) } }
        members.set("point") { $0.array(point) { $0.value($1) } }
        members.set("mask") { writer in
            writer.array(mask.runs) { writer, run in
                writer.array([run.start, run.length]) { $0.value($1) }
            }
        }
    }
}

extension APIAction {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.set("action", action)
            if let objectID { $0.set("objectId", objectID) }
            if let receptacleObjectID { $0.set("receptacleObjectId", receptacleObjectID) }
            if let forceAction { $0.set("forceAction", forceAction) }
            if let moveMagnitude { $0.set("moveMagnitude", moveMagnitude) }
            if let placeStationary { $0.set("placeStationary", placeStationary) }
            $0.merge(extras)
        }
    }
}
