"""Small programs over lists, each with arguments: what people write, and what is easy to get wrong."""

import copy
import math


def rosenbrock(x):
    t = 0.0
    for i in range(len(x) - 1):
        t += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return t


def dot_and_extremes(x, w):
    return sum([a * b for a, b in zip(x, w)]) + max(x) * min(w)


def copy_by_list(x):
    y = list(x)
    y[0] = 10.0 * y[0]
    return x[0] * y[0] + x[1] * y[1]


def push_and_pop(x):
    s = []
    s.append(x)
    s.append(x * x)
    a = s.pop()
    return a * s[0]


def repeated_number(x):
    v = [x] * 3
    v[1] = 5.0
    return v[0] * v[1] + v[2]


def sorted_copy(xs):
    s = sorted(xs)
    return 2.0 * s[0] + s[1] * s[2]


def table_of_comprehensions(x):
    m = [[x * i + j for j in range(2)] for i in range(3)]
    return m[2][1] * m[1][0]


def sum_with_condition(x):
    return sum(x * k for k in range(4) if k != 2)


def matrix_times_vector(A, x):
    n = len(x)
    y = [0.0] * n
    for i in range(n):
        for j in range(n):
            y[i] += A[i][j] * x[j]
    return sum(v * v for v in y)


def sweeps_with_a_new_list(x):
    y = [v for v in x]
    for _ in range(3):
        z = [0.0] * len(y)
        for i in range(len(y)):
            z[i] = math.sin(y[i]) * y[i - 1]
        y = z
    return y[0] * y[1] + y[2]


def sweeps_with_swapped_buffers(x):
    u = [v * v for v in x]
    w = [0.0] * len(x)
    for _ in range(3):
        for i in range(1, len(x) - 1):
            w[i] = u[i - 1] + math.cos(u[i]) * u[i + 1]
        u, w = (w, u)
    return sum(u) + sum(w)


def elimination(x):
    A = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(3):
            A[i][j] = x[i] * x[j] + (2.0 if i == j else 0.0)
    for k in range(2):
        for i in range(k + 1, 3):
            f = A[i][k] / A[k][k]
            for j in range(k, 3):
                A[i][j] -= f * A[k][j]
    return A[0][0] * A[1][1] * A[2][2]


def unpacked_parameter(x):
    a, b, c = x
    return a * b + math.exp(c)


def return_from_a_walk(x):
    for i, v in enumerate(x):
        if v > 1.0:
            return v * i + x[0]
    return x[-1] ** 2


def walk_of_pairs(pts):
    s = 0.0
    for x, y in pts:
        s += x * y
    return s


def horner(c, x):
    r = 0.0
    for a in reversed(c):
        r = r * x + a
    return r


def put_square(buf, k, v):
    buf[k] = v * v


def buffer_of_a_helper(x):
    buf = [0.0, x]
    put_square(buf, 0, x + 1.0)
    return buf[0] * buf[1]


def alias_of_a_parameter(x):
    y = x
    y[0] = y[0] * 2.0
    return x[0] * x[1]


def buffer_as_default(x, out=None):
    if out is None:
        out = [0.0] * len(x)
    for i in range(len(x)):
        out[i] = x[i] ** 2
    return sum(out)


def growing_products(x):
    r = [x[0]]
    for i in range(1, len(x)):
        r.append(r[-1] * x[i])
    return r[-1] + r[1]


def halves_joined_again(x):
    n = len(x)
    half = x[: n // 2]
    rest = x[n // 2 :]
    z = rest + half
    return z[0] * z[1] + sum(half)


def search_by_index(x):
    i = 0
    while i < len(x) and x[i] < 1.0:
        i += 1
    return x[i] * x[0]


def swap_of_items(x):
    x[0], x[1] = (x[1], x[0])
    return x[0] ** 2 * x[1]


def products_of_lists(x):
    total = math.prod(x) + math.fsum(v * v for v in x) + math.prod([v + 1.0 for v in x])
    return total + math.prod(x, start=x[0]) * sum(x, start=x[1])


def distances_of_lists(x, y):
    far = math.dist(x, y) * math.hypot(*x)
    return far + math.dist((0.5, 1.0, 0.0), y) + math.dist([v * v for v in x], y)


def star_takes_the_rest(x):
    first, *rest = x
    *most, last = x
    _, *middle, _ = x
    most[0] = most[0] * last
    return first * sum(rest) + most[0] * most[1] * middle[-1]


def stars_in_a_display(x):
    x = [0.5, *x]
    copy = [*x]
    both = [x[0] * x[1], *x, *copy, x[2]]
    copy[0] = 5.0
    both[2] = both[2] * 3.0
    return sum(both) * copy[0] + both[3] * copy[1] * both[2]


def store_in_two_branches(x):
    y = [0.0] * 3
    for i in range(3):
        if x > i:
            y[i] = x * x
        else:
            y[i] = x
    return y[0] + y[1] * y[2]


def triangle_of_pairs(zs, Vs, A):
    Vm = 0.0
    for i in range(len(zs)):
        Vm += zs[i] * Vs[i]
        for j in range(i):
            Vm += zs[i] * zs[j] * A[i][j]
    return Vm


def largest_so_far(x):
    best = x[0]
    for v in x[1:]:
        if v > best:
            best = v
    return best * x[0]


def list_of_squares(x):
    return [v * v for v in x]


def number_and_list(x, y):
    return (x[0] * y, [x[1], y])


def filled_then_scaled(x, n):
    cells = [x] * n
    for k in range(n):
        cells[k] = cells[k] * (k + 1)
    return sum(cells, 1.0)


def roots_as_default(zs, roots=None):
    if roots is None:
        roots = [0.0] * len(zs)
        for i in range(len(zs)):
            roots[i] = math.sqrt(zs[i])
    return sum(r * r * r for r in roots)


def call_with_a_default(zs):
    return roots_as_default(zs) + sum([zs[i + 1] * zs[i] for i, v in enumerate(zs[1:])])


def out_matrix(V, xs, out=None):
    if out is None:
        out = [[0.0] * len(xs) for _ in range(len(xs))]
    for i in range(len(xs)):
        for j in range(len(xs)):
            out[i][j] = V * xs[i] * xs[j] / (1.0 + V)
    return out


def alias_of_a_copy(x):
    y = x[:]
    z = y
    z[0] = z[0] * 3.0
    return y[0] * x[0]


def branch_of_lists(x):
    a = [x, 2.0]
    b = a if x > 0 else [x * x, 1.0]
    return b[0] * b[1]


def store_after_a_branch(x):
    a = [x, 2.0]
    b = [x * x, 1.0]
    c = a if x > 0 else b
    c[0] = 5.0
    return a[0] + b[0]


def row_changed_through_its_name(x):
    rows = [[x, 1.0], [2.0, x * x]]
    r = rows[0]
    r[1] = x * 3.0
    return rows[0][1] * rows[1][1]


def same_row_twice(x):
    row = [0.0, x]
    rows = [row, row]
    rows[0][0] = x * x
    return rows[1][0]


def repeated_comprehension(x):
    twice = [v * v for v in x] * 2
    many = len(x) * [v * twice[1] for v in x[1:]]
    return sum([a * b for a, b in zip(twice, many)])


def repeated_rows(x):
    rows = [[v, v * v] for v in x] * 2
    return sum([k * a * b for k, (a, b) in enumerate(rows)])


def row_by_repetition_of_rows(x):
    rows = [[x, 1.0], [2.0, x]] * 2
    rows[0][0] = x * x
    return rows[2][0]


def last_row_of_a_list_that_grows(x):
    rows = [[x], [x * x]]
    row = rows[-1]
    rows.append([2.0])
    return row[0]


def last_row_of_a_list_that_may_grow(x, n: int):
    rows = [[x], [x * x]]
    row = rows[-1]
    if n > 1:
        rows += [[2.0]]
    return row[0]


def last_row_of_a_list_that_grows_in_turns(x, n: int):
    rows = [[x], [x * x]]
    row = rows[-1]
    total = 0.0
    for _ in range(n):
        total += row[0]
        rows.append([total])
    return total


def row_in_a_row_that_grows(x):
    rows = [[[x], [x * x]], [[x]]]
    row = rows[0][-1]
    rows[0].append([2.0])
    return row[0]


def first_row_of_a_list_that_grows(x):
    rows = [[x], [x * x]]
    row = rows[1]
    rows.append([2.0])
    return row[0] * rows[-1][0]


def rows_by_repetition(x):
    m = [[0.0] * 2] * 2
    m[0][0] = x
    return m[1][0] * x


def lists_appended_and_left(x):
    out = []
    cur = [x]
    for _ in range(3):
        out.append(cur)
        cur = [cur[0] * x]
    return out[2][0] + out[0][0]


def row_extended_in_place_and_read(x):
    row = [1.0, x]
    rows = [row]
    rows[0] += [x * x]
    return row[-1] * len(row)


def callers_list_changed_as_a_row(x: list[float]):
    rows = [x]
    rows[-1][0] = x[1] * 2.0
    return rows[0][0]


def callers_list_extended_as_a_row(x: list[float]):
    rows = [x]
    rows[0] += [x[0] * 2.0]
    return rows[0][-1]


def list_appended_and_changed(x):
    out = []
    cur = [x]
    for _ in range(3):
        cur[0] = cur[0] * x
        out.append(cur)
    return out[0][0]


def helper_appends(x):

    def g(row):
        row.append(row[-1] * x)

    q = [x]
    for _ in range(3):
        g(q)
    return q[3] + len(q)


def condition_in_a_comprehension(x):
    a = [v * 2.0 for v in x if v > 0.6]
    return sum(a) * len(a)


def break_and_continue(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            if x[i] > x[j]:
                continue
            s += x[i] * x[j]
            if s > 2.0:
                break
    return s


def while_over_a_buffer(x):
    buf = [0.0] * 4
    n = 0
    while n < 4:
        buf[n] = x**n
        if buf[n] < 0.4:
            break
        n += 1
    return sum(buf)


def tuple_by_index(x):
    t = (x, x * x, 3.0)
    s = 0.0
    for i in range(3):
        s += t[i] * i
    return s


def return_from_zip(x, y):
    for a, b in zip(x, y):
        if a > 1.0:
            return a * b
    return 0.0


def append_to_a_parameter(x):
    x.append(3.0)
    return sum(x) * x[0]


def update_of_a_parameter(x):
    x[0] += 1.0
    t = 0.0
    for v in x:
        t += v * v
    return t


def reversed_by_slice(x):
    y = x[::-1]
    return y[0] * 2.0 + y[1] * y[2]


def extremes_of_parts(x):
    m = max(x[1:])
    return m * x[0] + min(x) + max(v * v for v in x)


def clenshaw(c, x):
    a, b = (c[-2], c[-1])
    for i in range(3, len(c) + 1):
        a, b = (c[-i] - b, a + b * 2.0 * x)
    return a + b * x


def grids_from_grids(x):
    grid = [[0.0 for j in range(3)] for i in range(3)]
    grid[1][1] = x
    for _ in range(2):
        new = [row[:] for row in grid]
        for i in range(1, 2):
            for j in range(1, 2):
                new[i][j] = 0.5 * (grid[i - 1][j] + grid[i][j] ** 2)
        grid = new
    return grid[1][1]


def append_after_a_branch(x):
    if x > 1.0:
        y = [x, x]
    else:
        y = [x * x]
    y.append(3.0 * x)
    return y[-1] * y[0]


def buffers_by_parity(x):
    acc = [0.0, 0.0]
    for k in range(5):
        if k % 2:
            acc[0] += x * k
        else:
            acc[1] += acc[0] * x
    return acc[1]


def best_or_none(xs):
    best = None
    for v in xs:
        if best is None or v * v > best:
            best = v * v
    return best


def whole_slice_store(x):
    y = [0.0] * len(x)
    y[:] = x
    return y[0] * 2.0


def item_and_old_item(x):
    a = [1.0, 2.0]
    a[0], b = (x, a[0])
    return a[0] * b


def extend_by_itself(x):
    row = [x]
    row += [x * x, 2.0]
    row.extend(v * 2.0 for v in row[:2])
    return sum(row)


def sort_in_place(x):
    row = [3.0, x, 1.0]
    row.sort()
    return row[0] * x


def insert_and_delete(x):
    row = [3.0, x, 1.0]
    row.insert(0, x * x)
    del row[1]
    return row[0] + row[1]


def item_as_loop_variable(x):
    d = [0.0] * 3
    for _, d[0] in enumerate([x, x * x]):
        pass
    return d[0]


def index_from_a_value(x):
    n = int(x[0])
    return x[n] * x[0]


def walk_of_indices(x, idx):
    s = 0.0
    for k in idx:
        s += x[k] ** 2
    return s


def indices_of_indices(x, idx):
    return sum(x[idx[j]] * j for j in range(len(idx)))


def empty_or_not(x):
    if not x:
        return 0.0
    return x[0] * len(x)


def map_to_list(x):
    y = [x, 2 * x]
    z = list(map(math.sin, y))
    return z[0] * z[1]


def map_in_sum(x):
    return sum(map(lambda v: v * v, x))


def transposed(A):
    n = len(A)
    B = [[A[j][i] for j in range(n)] for i in range(n)]
    return B[0][1] * A[0][1] + sum(B[1])


def sum_of_sums(A):
    return sum(sum(v * v for v in row) for row in A)


def differences(x):
    s = 0.0
    prev = x[0]
    for cur in x[1:]:
        s += (cur - prev) ** 2
        prev = cur
    return s


def parameter_rebound(x):
    x = [v * 2.0 for v in x]
    x[0] = x[1]
    x[1] = 7.0
    return x[0] * x[2] + x[1]


def kept_by_a_caller(x, y):
    y.append(x[0] * y[0])
    x.sort()
    x[0] = x[0] * y[1]
    return x[0] * x[1] + y[-1]


def rows_exchanged(A):
    A[0], A[1] = (A[1], A[0])
    A[0][0] = A[0][0] * A[1][1]
    return A[0][0] * A[0][1] + A[1][0]


def extended_by_its_part(x):
    x.extend(x[:2])
    return x[1] * x[-1] * x[0]


def shorter_partner(x, y):
    s = 0.0
    for a, _ in zip(x, y):
        s += a * a
    for _, b in zip(x[1:], x):
        s += b
    return s * b


def row_or_list(A: list[list[float]], x):
    r = A[1] if x[0] > 0.0 else x
    return r[0] * x[1]


def row_of_a_parameter(A: list[list[float]], x):
    if x > 5.0:
        return [x, x]
    return A[1]


def slice_of_rows(x):
    g = [[x, 1.0], [x * x, 2.0], [3.0, x]]
    h = g[:]
    return h[0][0] * h[1][0] + sum(g[1:][0]) * g[2][1]


def lists_three_deep(T: list[list[list[float]]]):
    s = 0.0
    for A in T:
        for r in A:
            for v in r:
                s += v * v
    R = T[0]
    return s * sum(sum(r) for r in R)


def row_repeated(x):
    g = [[x, 1.0]] * 3
    return g[0][0] * g[2][0] + g[1][1] * x


def row_replaced_by_a_longer_one(A, x):
    A[0] = [x[0], x[1], x[0] * x[1]]
    return sum(A[0]) * A[1][0]


def numbered_pairs(x, y):
    return sum([k * a * b for k, (a, b) in enumerate(zip(x, y), 1)])


def returned_from_a_while(x, y):
    k = 0
    while k < 3:
        k += 1
        x.insert(0, x[1] * y)
        if x[0] < 0.5:
            return list(x)
    return x


def items_of_results(x):
    return sorted(x)[0] * (x + x[1:])[3] * x[1:][0] * sorted(x, reverse=True)[0]


def same_list_twice(x):
    y = [v * x[0] for v in x]
    return (y, y)


def recursion_over_a_list(x, n=2):
    if n == 0:
        return x[0]
    return x[n] * recursion_over_a_list(x, n - 1) + x[0]


def pushed_by_a_closure(x):
    y = [x[0]]

    def push(v):
        y.append(v * y[-1])

    for v in x[1:]:
        push(v)
    return sum(y) * y[-1]


def list_in_a_tuple(x):
    pair = ([x[0], x[1] * x[0]], x[1])
    pair[0][0] = pair[0][0] * pair[1]
    items, b = pair
    items[1] += b
    return pair[0][0] * pair[0][1]


def grown_by_itself(x):
    y = [x, x * x]
    y.extend(y)
    y += y[1:2]
    y[0] = 3.0 * x
    return y[0] * y[2] + y[4]


def elimination_with_pivots(A, b):
    n = len(b)
    x = [0.0] * n
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i][k]) > abs(A[p][k]):
                p = i
        A[k], A[p] = A[p], A[k]
        b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            f = A[i][k] / A[k][k]
            for j in range(k, n):
                A[i][j] -= f * A[k][j]
            b[i] -= f * b[k]
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - sum(A[i][j] * x[j] for j in range(i + 1, n))) / A[i][i]
    return x


def rows_collected_then_changed(A):
    B = [r for r in A]
    A[0][0] = 7.0 * A[1][1]
    return B[0][0] * A[0][1]


def rows_listed_then_changed(A):
    B = [A[0], A[1]]
    A[0][0] = 5.0 * A[1][1]
    return B[0][0] * A[0][1]


def rows_appended_then_changed(A):
    B = []
    for r in A:
        B.append(r)
    A[0][0] = 5.0 * A[1][1]
    return B[0][0] * A[0][1]


def row_changed_and_appended_in_turns(A, x):
    B = []
    for _ in range(2):
        A[0][0] = A[0][0] * x
        B.append(A[0])
    return B[0][0] * B[1][1]


def rows_unpacked_then_changed(A):
    r, q = A
    A[0][0] = 5.0 * q[1]
    return r[0] * q[0]


def last_row_of_a_walk_then_changed(A):
    s = 0.0
    for r in A:
        s += r[1]
    A[1][0] = 5.0 * s
    return r[0] * A[0][0]


def default_of_a_function_and_a_branch(x):
    a = [x, 2.0]

    def g(row=a):
        row[0] = row[0] * 3.0
        return row[1]

    if x > 0.9:
        a = [1.0, 3.0]
    s = g()
    return a[0] * s


def default_of_an_inner_function(x):
    a = [x, 2.0]

    def g(row=a):
        row[0] = row[0] * 3.0
        return row[1]

    s = g()
    return a[0] * s


def row_taken_out_and_put_back(A):
    r = A.pop()
    A[0][0] = r[0] * 2.0
    A.append(r)
    return A[0][0] * A[1][1]


def list_grown_in_a_while(x):
    h = []
    while len(h) < 4:
        h.append(x if not h else h[-1] * x)
        if len(h) > 2:
            h[0] = h[0] + h[-1]
    return h[0] * h[3]


def buffers_swapped_in_a_while(x):
    a = [v for v in x]
    b = a
    a = [v * 2.0 for v in a]
    while b[0] < 3.0:
        b[0] = b[0] * 2.0 + a[0]
        a, b = (b, a)
    return a[0] * b[1] + a[1]


def rows_appended_and_stored_into(x):
    out = []
    for v in x:
        out.append([v, v * v])
        out[-1][0] = out[0][1] * v
    return sum((a * b for a, b in out))


def is_steep(v):
    return math.sin(v) > 0.9


def any_as_a_number(x):
    b = any(v > 1.5 for v in x)
    return x[0] * all(v > 0.1 for v in x) + x[1] * b


def any_before_and(x):
    return (any(v > 1.5 for v in x) and x[0]) + (all(v > 1.5 for v in x) or x[1])


def any_with_a_call(x):
    if any(is_steep(v) for v in x):
        return x[0] * x[1]
    return x[2]


def all_of_pairs_in_a_loop(x):
    s = 0.0
    for k in range(3):
        if all([is_steep(a * b) for a in x for b in x if a > k]):
            s += x[0] * x[2]
        else:
            s += x[1] * k
    return s


def the_first_answer_ends_it(x):
    seen = []

    def ask(v):
        seen.append(v * v)
        return v > 1.0

    found = any(ask(v) for v in x)
    return sum(seen) * found + len(seen)


def the_list_is_made_before_any_answer(x):
    seen = []

    def ask(v):
        seen.append(v * v)
        return v > 1.0

    found = any([ask(v) for v in x])
    return sum(seen) * found + len(seen)


def sorted_numbers(x, y):
    a, b = sorted([x, y])
    c, d, e = sorted((x, y, x * y), reverse=True)
    return a * a + b + c * d - e


def sorted_tuple(x, y):
    t = (x, y)
    s = sorted(t)
    return s[0] + s[1] ** 2 + sum(sorted([x, 1.0, y])[:2]) + len(sorted([x, y]))


def wave(v):
    return math.cos(3.0 * v)


def sorted_by_keys(x):
    s = sorted(x, key=abs)
    t = sorted(x, key=lambda v: -v * x[0])
    u = sorted(x, key=wave, reverse=True)
    return s[0] * t[1] + u[2] * s[2]


def order_of_items(x):
    order = sorted(range(len(x)), key=lambda i: x[i])
    first, *_ = sorted(range(len(x)), key=x.__getitem__, reverse=True)
    return sum(k * x[i] * x[i] for k, i in enumerate(order)) * x[first]


def sort_by_keys(x):
    y = [v * v for v in x]
    y.sort(key=wave)
    z = list(x)
    z.sort(reverse=True)
    return y[0] * z[0] + y[2] * z[1]


def sorted_walks(x):
    y = sorted(v for v in x if v > 0.1)
    z = sorted(reversed(x))
    s = 0.0
    for v in sorted(x)[1:]:
        s += v * y[0]
    return s + z[0] * y[1]


def equal_keys_keep_their_order(x):
    first = sorted(x, key=lambda v: v > 0.3)
    last = sorted(x, key=lambda v: v > 0.3, reverse=True)
    return first[0] + 2.0 * first[1] * last[1] + last[0]


def numbered_from_one(x):
    s = 0.0
    for k, v in enumerate(x, start=1):
        s += k * v * v
    for k, (a, b) in enumerate(zip(x, x[1:], strict=False), start=2):
        s += k * a * b
    return s


def zip_of_equal_lengths(x, w):
    s = sum(a * b for a, b in zip(x, w, strict=True))
    for k, (a, b) in enumerate(zip(x, w, strict=True)):
        s += a * b * b * k
    return s


def break_before_a_strict_zip_ends(x, w):
    s = 0.0
    for a, b in zip(x, w, strict=True):
        if a > 1.0:
            break
        s += a * b
    else:
        s = -s
    return s * x[0]


def list_of_reversed(x):
    y = list(reversed(x))
    y[0] = y[1] * x[0]
    z = list(range(len(x)))
    z[1] = y[0] * x[1]
    return y[0] * y[2] + z[1] * z[2]


def copies_by_copy(x, A):
    y = copy.copy(x)
    y[1] = y[0] * x[1]
    B = copy.deepcopy(A)
    B[0][1] = A[1][0] * B[0][0]
    return y[1] + B[0][1] * B[1][1] * A[0][1] + x[1]


def extremes_of_unpacked_lists(x):
    y = [v * v for v in x]
    return max(*x) * min(*x, 0.9) + min(*y, x[0], *x) * max(*y)


def plane(a, b, c):
    return a * b - c * c


def unpacked_into_a_function(x, t):
    p = [t, x[0]]
    return plane(*x) + plane(t, *p) * x[1]


def stores_at_steps(x):
    y = [v * v for v in x]
    y[::2] = [x[1], x[0] * x[1]]
    y[1::3] = [y[0] * 3.0]
    return y[0] * y[1] * y[2]


def parts_deleted(x):
    y = [v * v for v in x]
    del y[0:1]
    z = [v * v * v for v in x]
    del z[-2:]
    return y[0] * y[1] * len(y) + z[0] * len(z)


def places_of_run_time(x):
    y = [v * v for v in x]
    s = 0.0
    for i in (1, -1, 0):
        p = y.pop(i)
        y.insert(i, p * x[i])
        y.insert(len(y) - 1, x[1])
        s += y[0] * y[1] * p
    for i in range(2, 0, -1):
        del y[-i]
    return s + y[-1] * y[0]


def repeated_in_place(x):
    y = [v * v for v in x]
    z = y
    y *= 2
    y[0] = x[1]
    return z[0] * z[len(x)] * y[-1]


def places_and_counts(x):
    y = sorted(x)
    i, j = y.index(x[0]), x.index(max(x))
    return y[i] * y.count(x[1]) + x[j] * x[j] + [v * v for v in x].count(2.0)


def functions_in_a_loop(x):
    p = 1.0
    for g, w in ((math.sin, 2.0), (wave, 3.0)):
        p *= g(x) * w
    for g in (math.exp, is_steep):
        for k in range(2):
            p = p + k * g(x)
    else:
        p = p * x
    return p + sum(g(x) for g in (math.cos, wave)) * max([g(p) for g in (math.sin, wave)])


def grid_in_turns(u):
    for _ in range(2):
        v = [r[:] for r in u]
        v[1][1] = u[0][1] * u[1][0]
        u = v
    return u[1][1]


def grid_in_a_while(u):
    k = 0
    while k < 3:
        v = [[a for a in r] for r in u]
        for i in range(2):
            v[i][0] = v[i][0] * u[1 - i][1]
        u = v
        k += 1
    return u[0][0] + u[1][1]


# What is right, with the arguments.
PROGRAMS = {
    rosenbrock: ([0.5, 1.2, 0.8],),
    dot_and_extremes: ([0.5, 1.2, 0.8], [1.0, 2.0, 0.3]),
    copy_by_list: ([0.5, 1.2],),
    push_and_pop: (1.3,),
    repeated_number: (1.3,),
    sorted_copy: ([3.0, 1.5, 2.0],),
    table_of_comprehensions: (1.3,),
    sum_with_condition: (1.3,),
    matrix_times_vector: ([[1.0, 2.0], [0.5, 3.0]], [0.7, 1.1]),
    sweeps_with_a_new_list: ([0.5, 1.2, 0.8],),
    sweeps_with_swapped_buffers: ([0.5, 1.2, 0.8, 0.1],),
    elimination: ([0.5, 1.2, 0.8],),
    unpacked_parameter: ([0.5, 1.2, 0.8],),
    return_from_a_walk: ([0.5, 1.2, 0.8],),
    walk_of_pairs: ([[0.5, 1.2], [0.8, 2.0]],),
    horner: ([1.0, 2.0, 3.0], 0.7),
    buffer_of_a_helper: (0.7,),
    alias_of_a_parameter: ([0.5, 1.2],),
    buffer_as_default: ([0.5, 1.2],),
    growing_products: ([0.5, 1.2, 1.7],),
    repeated_comprehension: ([0.5, 1.2, 1.7],),
    first_row_of_a_list_that_grows: (1.3,),
    repeated_rows: ([0.5, 1.2, 1.7],),
    halves_joined_again: ([0.5, 1.2, 1.7, 0.3],),
    search_by_index: ([0.5, 1.2, 1.7, 0.3],),
    swap_of_items: ([0.5, 1.2],),
    products_of_lists: ([0.5, 1.2, 3.0],),
    star_takes_the_rest: ([0.5, 1.2, 3.0, 0.7],),
    stars_in_a_display: ([0.5, 1.2, 3.0],),
    distances_of_lists: ([0.5, 1.2, 3.0], [2.0, -0.3, 0.7]),
    store_in_two_branches: (1.5,),
    triangle_of_pairs: ([0.4, 0.6], [1.0, 2.0], [[0.0, 0.3], [0.7, 0.0]]),
    largest_so_far: ([0.5, 1.2, 0.8],),
    list_of_squares: ([0.5, 1.2, 0.8],),
    number_and_list: ([0.5, 1.2], 0.3),
    filled_then_scaled: (0.5, 4),
    roots_as_default: ([0.4, 0.6],),
    call_with_a_default: ([0.4, 0.6, 0.1],),
    out_matrix: (0.7, [0.4, 0.6]),
    alias_of_a_copy: ([0.5, 1.2],),
    branch_of_lists: (0.7,),
    row_changed_through_its_name: (0.7,),
    lists_appended_and_left: (0.7,),
    helper_appends: (0.7,),
    condition_in_a_comprehension: ([0.5, 1.2, 0.8],),
    break_and_continue: ([0.5, 1.2, 0.8, 1.5],),
    while_over_a_buffer: (0.7,),
    tuple_by_index: (0.7,),
    return_from_zip: ([0.5, 1.2, 0.8], [1.0, 2.0]),
    append_to_a_parameter: ([0.5, 1.2],),
    update_of_a_parameter: ([0.5, 1.2],),
    reversed_by_slice: ([0.5, 1.2, 0.8],),
    extremes_of_parts: ([0.5, 1.2, 0.8],),
    clenshaw: ([0.5, 1.2, 0.8, 0.1], 0.3),
    grids_from_grids: (0.7,),
    append_after_a_branch: (0.7,),
    buffers_by_parity: (0.7,),
    best_or_none: ([0.5, 1.2, 0.8],),
    whole_slice_store: ([0.5, 1.2],),
    item_and_old_item: (0.7,),
    extend_by_itself: (0.7,),
    sort_in_place: (0.7,),
    insert_and_delete: (0.7,),
    item_as_loop_variable: (0.7,),
    index_from_a_value: ([1.5, 1.2, 0.8],),
    walk_of_indices: ([1.0, 1.2, 0.8], [0, 2, 2]),
    indices_of_indices: ([1.0, 1.2, 0.8], [0, 2, 2]),
    empty_or_not: ([1.0, 1.2, 0.8],),
    map_to_list: (0.7,),
    map_in_sum: ([0.5, 1.2],),
    transposed: ([[1.0, 2.0], [3.0, 4.0]],),
    sum_of_sums: ([[1.0, 2.0], [3.0, 4.0]],),
    differences: ([0.5, 1.2, 0.8],),
    parameter_rebound: ([0.5, 1.2, 0.8],),
    kept_by_a_caller: ([1.5, 0.5], [2.0, 3.0]),
    rows_exchanged: ([[1.5, 0.5], [2.0, 3.0]],),
    extended_by_its_part: ([0.5, 1.2, 0.8],),
    shorter_partner: ([0.5, 1.2, 0.8], [1.0, 2.0]),
    row_or_list: ([[1.5, 0.5], [2.0, 3.0]], [0.5, 1.2]),
    row_of_a_parameter: ([[1.5, 0.5], [2.0, 3.0]], 0.5),
    slice_of_rows: (0.7,),
    lists_three_deep: ([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]],),
    row_repeated: (0.7,),
    row_replaced_by_a_longer_one: ([[1.5, 0.5], [2.0, 3.0]], [0.5, 1.2]),
    numbered_pairs: ([0.5, 1.2, 0.8], [1.0, 2.0, 0.3]),
    returned_from_a_while: ([0.5, 1.2], 0.6),
    items_of_results: ([0.5, 1.2, 0.8],),
    same_list_twice: ([0.5, 1.2],),
    recursion_over_a_list: ([0.5, 1.2, 0.8],),
    pushed_by_a_closure: ([0.5, 1.2, 0.8],),
    list_in_a_tuple: ([0.5, 1.2],),
    grown_by_itself: (0.7,),
    elimination_with_pivots: ([[0.3, 2.0, 1.0], [2.0, 0.5, 3.0], [1.0, 4.0, 0.2]], [1.0, 2.0, 0.7]),
    default_of_an_inner_function: (0.7,),
    row_taken_out_and_put_back: ([[1.0, 2.0], [3.0, 0.5]],),
    list_grown_in_a_while: (0.7,),
    buffers_swapped_in_a_while: ([0.7, 0.2, 1.3],),
    rows_appended_and_stored_into: ([0.7, 0.2, 1.3],),
    any_as_a_number: ([0.5, 1.6, 0.8],),
    any_before_and: ([0.5, 1.6, 0.8],),
    any_with_a_call: ([0.5, 1.6, 0.8],),
    all_of_pairs_in_a_loop: ([0.5, 1.6, 0.8],),
    the_first_answer_ends_it: ([0.5, 1.6, 0.8],),
    the_list_is_made_before_any_answer: ([0.5, 1.6, 0.8],),
    sorted_numbers: (1.6, 0.7),
    sorted_tuple: (1.6, 0.7),
    sorted_by_keys: ([0.5, -1.6, 0.8],),
    order_of_items: ([0.5, -1.6, 0.8],),
    sort_by_keys: ([0.5, -1.6, 0.8],),
    sorted_walks: ([0.5, 1.6, 0.8],),
    equal_keys_keep_their_order: ([0.5, 1.6, -0.8, 0.2],),
    numbered_from_one: ([0.5, 1.6, 0.8],),
    zip_of_equal_lengths: ([0.5, 1.6, 0.8], [1.0, 2.0, 0.3]),
    break_before_a_strict_zip_ends: ([0.5, 1.6, 0.8], [1.0, 2.0]),
    list_of_reversed: ([0.5, 1.6, 0.8],),
    copies_by_copy: ([0.5, 1.6], [[1.0, 2.0], [0.3, 0.7]]),
    extremes_of_unpacked_lists: ([0.5, 1.6, 0.8],),
    unpacked_into_a_function: ([0.5, 1.6, 0.8], 0.7),
    stores_at_steps: ([0.5, 1.6, 0.8],),
    parts_deleted: ([0.5, 1.6, 0.8],),
    places_of_run_time: ([0.5, 1.6, 0.8],),
    repeated_in_place: ([0.5, 1.6, 0.8],),
    places_and_counts: ([0.5, 1.6, 0.8],),
    functions_in_a_loop: (0.7,),
    grid_in_turns: ([[0.5, 1.6], [0.8, 0.3]],),
    grid_in_a_while: ([[0.5, 1.6], [0.8, 0.3]],),
}

# Which list a name holds is not known where it is changed.
REFUSED = [
    rows_collected_then_changed,
    rows_listed_then_changed,
    rows_appended_then_changed,
    row_changed_and_appended_in_turns,
    rows_unpacked_then_changed,
    last_row_of_a_walk_then_changed,
    default_of_a_function_and_a_branch,
    store_after_a_branch,
    same_row_twice,
    rows_by_repetition,
    last_row_of_a_list_that_grows,
    last_row_of_a_list_that_may_grow,
    last_row_of_a_list_that_grows_in_turns,
    row_in_a_row_that_grows,
    row_by_repetition_of_rows,
    list_appended_and_changed,
    row_extended_in_place_and_read,
    callers_list_changed_as_a_row,
    callers_list_extended_as_a_row,
]
