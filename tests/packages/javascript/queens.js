// Eight queens by recursion and closures.
function queens(n) {
    var columns = [], up = [], down = [], found = 0, first = null;
    function place(row, board) {
        if (row === n) {
            found++;
            first = first || board.slice();
            return;
        }
        for (var c = 0; c < n; c++) {
            if (columns[c] || up[row + c] || down[row - c + n]) continue;
            columns[c] = up[row + c] = down[row - c + n] = true;
            board.push(c);
            place(row + 1, board);
            board.pop();
            columns[c] = up[row + c] = down[row - c + n] = false;
        }
    }
    place(0, []);
    return found + ' ' + first;
}
for (var n = 4; n <= 7; n++) print(n, queens(n));
