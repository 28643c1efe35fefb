"use strict";
// Leads from a number to its runs, tasks, steps and source episodes. Words are put into text nodes only, and what is shown
// is kept in the address, so that it can be linked to and the browser's back key works.
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const panel = document.getElementById("panel"), body = document.getElementById("panel-body");
  const title = document.getElementById("panel-title"), crumbs = document.getElementById("crumbs");
  // What had the focus before the panel opened; where the arrow keys lead.
  let opener = null, keys = null;

  // Elements

  const is = (value) => value !== undefined && value !== null;
  const make = (tag, words, style) => {
    const element = document.createElement(tag);
    if (is(words)) element.textContent = String(words);
    if (style) element.className = style;
    return element;
  };
  const text = (words) => document.createTextNode(words);
  const add = (parent, ...children) => {
    parent.append(...children.filter(Boolean));
    return parent;
  };
  const link = (words, hash) => {
    const a = make("a", words);
    a.href = hash;
    return a;
  };
  const fact = (words) => make("p", words, "facts");
  const listed = (parts) => parts.filter(Boolean).join(" · ");
  const folded = (summary, words) => add(make("details"), make("summary", summary), make("pre", words));
  const table = (heads) => {
    const head = make("tr");
    for (const [words, style] of heads) {
      const cell = make("th", words, style);
      cell.scope = "col";
      head.append(cell);
    }
    return add(make("table", null, "list"), add(make("thead"), head), make("tbody"));
  };
  const line = (list, cells) => {
    const row = make("tr");
    for (const [content, style] of cells) {
      row.append(content instanceof Node ? add(make("td", null, style), content) : make("td", content, style));
    }
    list.tBodies[0].append(row);
  };
  const scroll = (list) => add(make("div", null, "scroll card"), list);
  const pips = (done, all) => {
    const box = make("span", null, "pips");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", done + " of " + all);
    for (let i = 0; i < all; i++) box.append(make("i", null, i < done ? "done" : ""));
    return box;
  };

  // Numbers

  const number = (value, digits = 2) => is(value) ? value.toFixed(digits).replace("-", "−") : "-";
  const dollars = (value, labels) => {
    if (labels && !labels.priced) return "no cost";
    return is(value) ? "$" + value.toFixed(value > 0 && value < 0.01 ? 6 : 4) : "cost not known";
  };

  // Addresses

  const address = {
    cell: (s, r, measure) => ["#", "cell", s, r, measure].join("/"),
    run: (s, r, k, measure) => ["#", "run", s, r, k, measure].join("/"),
    task: (s, r, k, i) => ["#", "task", s, r, k, i].join("/"),
    episode: (id, t) => ["#", "episode", id, t].join("/"),
  };
  const trail = (places) => {
    crumbs.replaceChildren();
    places.forEach(([words, hash], index) => {
      if (index) crumbs.append(make("span", "›"));
      crumbs.append(hash ? link(words, hash) : text(words));
    });
  };
  const found = (s, r, k) => {
    const set = data.sets[s], row = data.rows[r], run = row?.runs[k];
    return { set, row, run, evaluation: run?.evaluations[s] };
  };

  // The runs behind a number.
  const showCell = (s, r, measure) => {
    const { set, row } = found(s, r), named = data.measures.find((m) => m.name === measure);
    if (!set || !row || !named) return false;
    title.textContent = named.title + " · " + row.title;
    trail([[set.name, null]]);
    body.append(fact("Mean over the tasks of " + set.name + ", by seed."));
    const list = table(
      [["Run"], ["Seed", "num"], [named.title, "num"], ["After update", "num"], ["Tasks", "num"], ["State"]]);
    const place = data.measures.indexOf(named);
    row.runs.forEach((run, k) => {
      const evaluation = run.evaluations[s];
      const state = !evaluation ? run.state + "; not evaluated"
        : evaluation.uncounted ? "not counted: " + evaluation.uncounted : run.state;
      line(list, [
        [evaluation ? link(run.name, address.run(s, r, k, measure)) : run.name, "text"], [run.seed, "num"],
        [number(evaluation?.means[place], 3), "num"], [evaluation?.step, "num"],
        [evaluation?.r.filter(Boolean).length, "num"], [state, "text"],
      ]);
    });
    add(body, scroll(list), make("h3", "Made with"), ...row.runs.map((run) => make("pre", run.command)));
    const rewarded = row.runs.find((run) => run.reward);
    if (rewarded) add(body, make("h3", "Reward"), fact(rewarded.reward));
    const labels = data.labels[row.runs.map((run) => run.labels).find(is)];
    if (labels) {
      const words = labels.name + ": " + labels.model + "; prompts " + labels.prompts.join(", ");
      add(body, make("h3", "Labels"), fact(words + "; " + dollars(labels.dollars, labels)));
    }
    return true;
  };

  // The tasks of a run.
  const showRun = (s, r, k, measure) => {
    const { set, row, run, evaluation } = found(s, r, k);
    if (!set || !evaluation) return false;
    const named = data.measures.find((m) => m.name === measure) ?? data.measures.find((m) => m.name === "proportion");
    title.textContent = evaluation.name;
    trail([[row.title, address.cell(s, r, named.name)]]);
    add(body, fact(listed([
      run.state, is(evaluation.step) && "checkpoint after update " + evaluation.step,
      evaluation.sha256 && "sha256 " + evaluation.sha256.slice(0, 16),
      evaluation.seconds && number(evaluation.seconds, 1) + " s",
    ])), folded("Command", run.command), folded("Settings of the evaluation", evaluation.config));
    if (evaluation.uncounted) body.append(make("p", "Not counted in the table: " + evaluation.uncounted + ".", "failed"));
    if (!evaluation.r.length) return true;
    const holder = make("div"), tools = make("div", null, "tools");
    const draw = (length) => {
      const list = table(
        [["#", "num"], ["Instruction"], ["Completed"], ["Steps", "num"], ["Goal", "num"], ["Failed", "num"]]);
      set.tasks.forEach((task, i) => {
        const result = evaluation.r[i];
        if (!result || (length !== "all" && String(task.n) !== length)) return;
        const words = add(make("div", null, "text"), link(task.text || "(no words)", address.task(s, r, k, i)));
        if (evaluation.problems[i]) words.append(make("div", evaluation.problems[i], "failed"));
        line(list, [
          [i, "num"], [words], [pips(result[0], task.n)], [result[1] + " / " + task.limit, "num"],
          [result.length > 2 ? result[2] + " / " + result[3] : "", "num"], [evaluation.s[i].f.length / 2, "num"],
        ]);
      });
      holder.replaceChildren(scroll(list));
      for (const button of tools.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.value === length));
      }
    };
    const lengths = [...new Set(set.tasks.map((task) => task.n))].sort((a, b) => a - b).map(String);
    for (const length of ["all", ...lengths]) {
      const button = make("button", length === "all" ? "all tasks" : length);
      button.type = "button";
      button.value = length;
      button.addEventListener("click", () => draw(length));
      tools.append(button);
    }
    add(body, add(tools, make("span", "number of sub-tasks", "facts")), holder);
    draw(named.length ? String(named.length) : "all");
    return true;
  };

  // The steps of a rollout.
  const showTask = (s, r, k, i) => {
    const { set, row, evaluation } = found(s, r, k), task = set?.tasks[i], result = evaluation?.r[i];
    if (!task || !result) return false;
    title.textContent = task.text || "(no words)";
    trail([[row.title, address.cell(s, r, "proportion")], [evaluation.name, address.run(s, r, k, "proportion")]]);
    const words = listed([
      " " + result[0] + " of " + task.n + " sub-tasks",
      result[1] + " of at most " + task.limit + " steps, recorded " + task.expert,
      result.length > 2 && "goal conditions " + result[2] + " of " + result[3],
      "room " + task.scene, "start " + task.start, task.type,
    ]);
    add(body, add(fact(), pips(result[0], task.n), text(words)), fact(task.key));
    if (evaluation.problems[i]) body.append(make("p", evaluation.problems[i], "failed"));
    const tools = make("div", null, "tools");
    if (is(task.episode)) {
      const name = "Source episode " + task.episode;
      tools.append(
        data.episodes[task.episode] ? link(name, address.episode(task.episode, 0))
          : make("span", name + " is not in this page, for its size: rgvlm-inspect labels " + task.episode, "facts"));
    }
    const near = (step) => {
      for (let j = i + step; j >= 0 && j < set.tasks.length; j += step) {
        if (evaluation.r[j]) return address.task(s, r, k, j);
      }
      return null;
    };
    const previous = near(-1), next = near(1);
    if (previous) tools.append(link("← previous task", previous));
    if (next) tools.append(link("next task →", next));
    keys = { ArrowLeft: previous, ArrowRight: next };
    body.append(tools);
    add(body, make("h3", "Steps"), stepList(evaluation.s[i]), make("h3", "This task in all runs"));
    const others = make("div", null, "others");
    data.rows.forEach((other, q) => other.runs.forEach((one, p) => {
      const evaluated = one.evaluations[s], its = evaluated?.r[i];
      if (!its) return;
      const name = " " + one.name + (evaluated.uncounted ? " (not counted)" : "");
      others.append(add(link("", address.task(s, q, p, i)), pips(its[0], task.n), text(name)));
    }));
    body.append(others);
    return true;
  };
  const stepList = (steps) => {
    if (!steps.a.length) return fact("No step was taken.");
    const words = (pairs) => {
      const map = new Map();
      for (let j = 0; j < pairs.length; j += 2) map.set(pairs[j], data.strings[pairs[j + 1]]);
      return map;
    };
    const objects = words(steps.o), failures = words(steps.f), done = new Set(steps.c);
    const list = table([["t", "num"], ["Action"], ["Object"], ["What came of it"]]);
    [...steps.a].forEach((letter, t) => {
      const failure = failures.get(t);
      line(list, [
        [t, "num"], [data.actions[letter.charCodeAt(0) - 97] || "?"], [objects.get(t), "text"],
        is(failure) ? [failure, "failed text"] : [done.has(t) ? "sub-task completed" : "", "did"],
      ]);
    });
    return scroll(list);
  };

  // A source episode and one of its transitions.
  const showEpisode = (id, step) => {
    const episode = data.episodes[id];
    if (!episode || !episode.steps.length) return false;
    const last = episode.steps.length - 1, t = Math.max(0, Math.min(last, step || 0)), at = episode.steps[t];
    const named = (step) => step.action + (step.object ? " " + step.object : "");
    title.textContent = episode.goal || episode.key;
    trail([["episode " + id, null]]);
    body.append(fact(listed(
      [episode.split, episode.key, episode.scene, episode.type, episode.steps.length + " transitions"])));
    const picture = (index) => {
      if (!episode.frames[index]) return make("span", null, "gap");
      const image = make("img");
      image.alt = "Frame " + index;
      image.src = "data:image/jpeg;base64," + episode.frames[index];
      return image;
    };
    const scores = new Map();
    for (const span of episode.spans) {
      for (const mark of span.scores) if (is(mark.score) && !scores.has(mark.t)) scores.set(mark.t, mark.score);
    }
    const ends = new Set(episode.subtasks.map((part) => part.first + part.count - 1));
    const strip = make("div", null, "strip");
    let current = null;
    episode.steps.forEach((one, index) => {
      const button = make("button"), fill = make("i"), score = scores.get(index);
      button.type = "button";
      button.title = named(one);
      fill.style.width = (is(score) ? score * 10 : 0) + "%";
      add(button, picture(index), add(make("span", null, "level"), fill));
      button.append(make("span", index + (is(score) ? ": " + score : ""), ends.has(index) ? "ends" : ""));
      if (index === t) {
        button.setAttribute("aria-current", "true");
        current = button;
      }
      button.addEventListener("click", () => location.replace(address.episode(id, index)));
      strip.append(button);
    });
    const pair = make("div", null, "pair"), side = make("div");
    for (const [index, words] of [[t, "before"], [t + 1, "after"]]) {
      const caption = make("figcaption", words + " (" + index + ")");
      pair.append(add(make("figure", null, "card"), picture(index), caption));
    }
    const part = episode.subtasks[at.subtask];
    if (part) side.append(fact("Sub-task " + at.subtask + ": " + part.kind + (part.object ? " " + part.object : "")));
    side.append(fact("Sparse reward of its sub-task: " + at.sparse));
    if (!scores.has(t)) side.append(fact("No score in the label runs used."));
    add(body, strip, make("h3", "Transition " + t + ": " + named(at)), add(pair, side));
    for (const span of episode.spans) showSpan(span, t, side);
    keys = {
      ArrowLeft: t > 0 ? address.episode(id, t - 1) : null, ArrowRight: t < last ? address.episode(id, t + 1) : null,
      replace: true,
    };
    if (current) {
      requestAnimationFrame(() => {
        strip.scrollLeft = current.offsetLeft - strip.offsetLeft - strip.clientWidth / 2 + 26;
      });
    }
    return true;
  };
  // A label run's score of transition t, and the texts that it comes from.
  const showSpan = (span, t, side) => {
    const mark = span.scores.find((one) => one.t === t), labels = data.labels[span.labels];
    if (!mark) return;
    const says = is(mark.score) ? " of 10, " + labels.model
      : " (" + [span.status, span.failure].filter(Boolean).join(": ") + ")";
    side.append(add(make("p"), make("span", is(mark.score) ? mark.score : "no score", "big"), text(says)));
    if (is(mark.expected)) side.append(fact("Expected score " + number(mark.expected)));
    body.append(fact(listed([
      labels.name, labels.model, "prompts " + labels.prompts.join(", "), span.kind + ": " + span.goal,
      "the span: " + dollars(span.dollars, labels),
    ])));
    for (const [heading, texts] of [["Stage 1, analysis", span.analyses], ["Stage 2, scores", span.scorings]]) {
      const fitting = texts.filter((one) => is(mark.window) && one.window === mark.window);
      for (const one of fitting.length ? fitting : texts.slice(0, 1)) {
        const origin = "window " + one.window + (one.model ? " · " + one.model : "");
        const cost = one.tokens.join(" + ") + " tokens, " + dollars(one.dollars, labels);
        add(body, make("h3", heading + " (" + origin + ", " + cost + ")"), make("div", one.text, "says"));
      }
    }
  };

  // The panel

  const whole = (text) => /^[0-9]{1,15}$/.test(text || "") ? Number(text) : -1;
  const pages = {
    cell: (a, b, c) => showCell(whole(a), whole(b), c),
    run: (a, b, c, d) => showRun(whole(a), whole(b), whole(c), d),
    task: (a, b, c, d) => showTask(whole(a), whole(b), whole(c), whole(d)),
    episode: (a, b) => showEpisode(whole(a), whole(b)),
  };
  const show = () => {
    const [kind, ...rest] = location.hash.split("/").slice(1), wasHidden = panel.hidden, old = title.textContent;
    body.replaceChildren();
    keys = null;
    const shown = Object.hasOwn(pages, kind) && pages[kind](...rest);
    panel.hidden = !shown;
    if (shown && wasHidden) opener = document.activeElement;
    if (shown && (wasHidden || old !== title.textContent)) {
      panel.scrollTop = 0;
      panel.focus({ preventScroll: true });
    }
    if (!shown && !wasHidden && opener?.focus) opener.focus({ preventScroll: true });
  };
  const close = () => {
    const place = window.scrollY;
    history.pushState(null, "", location.pathname + location.search);
    show();
    window.scrollTo(0, place);
  };
  document.getElementById("close").addEventListener("click", close);
  window.addEventListener("hashchange", show);
  window.addEventListener("popstate", show);
  document.addEventListener("keydown", (event) => {
    if (panel.hidden || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") return close();
    const hash = keys?.[event.key];
    if (!hash) return;
    event.preventDefault();
    if (keys.replace) location.replace(hash); else location.hash = hash;
  });
  show();
}
