// Exceptions through several frames, with finally, at every depth.
function descend(depth, limit) {
    try {
        if (depth === limit) throw new Error('at ' + depth);
        return descend(depth + 1, limit) + 1;
    } catch (e) {
        if (depth % 3 === 0) return depth;
        throw e;
    } finally {
        descend.finals = (descend.finals || 0) + 1;
    }
}
var sum = 0;
for (var i = 1; i < 60; i++) sum += descend(0, i);
print(sum, descend.finals);
