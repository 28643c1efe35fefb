/// The custom properties that a style sheet uses and does not define.
package func undefinedColours(_ css: String) -> Set<String> {
    let used = Set(css.matches(of: /var\(--([a-z0-9-]+)\)/).map { String($0.1) })
    return used.subtracting(css.matches(of: /--([a-z0-9-]+):/).map { String($0.1) })
}
