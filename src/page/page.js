'use strict';
/* Plays the recording that stands in this file. Recorded text becomes text nodes, never markup and
   never an attribute. Times are milliseconds since the recording's start. */
(async () => {
  const $ = (id) => document.getElementById(id);

  /* Data: JSON as it stands, or packed where it is large. */
  async function read(id) {
    const block = $(id);
    if (block.type === 'application/json') return JSON.parse(block.textContent);
    const bytes = Uint8Array.from(atob(block.textContent), (c) => c.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return JSON.parse(await new Response(plain).text());
  }

  const element = (name, classes, text) => {
    const node = document.createElement(name);
    if (classes) node.className = classes;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  /* Both columns are as high as the window; page.css has the same. */
  const isWide = matchMedia('(min-width: 62.01rem)');

  const clamp = (n, low, high) => Math.min(Math.max(n, low), high);

  /* How many of the ascending `times` are at or before `time`. */
  function countUntil(times, time) {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function offset(ms, decimals = 0) {
    const unit = 10 ** (3 - decimals);
    const total = Math.floor(ms / unit) * unit / 1000;
    const hours = Math.floor(total / 3600);
    const minutes = Math.floor(total / 60) % 60;
    const seconds = (total % 60).toFixed(decimals).padStart(decimals ? decimals + 3 : 2, '0');
    return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
  }

  /* Reads 83, 83.5, 1:23.5 and 0:01:23.5; anything else is NaN. */
  function parseOffset(text) {
    if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(text)) return NaN;
    return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
  }

  /* The pictures of a terminal. src/page/film.rs says how they are written. */
  class Film {
    static BLANK = [' ', 1, -1];

    constructor(pictures, looks) {
      this.pictures = pictures;
      this.keys = looks.keys;
      this.styles = looks.styles;
      let at = 0;
      this.times = Float64Array.from(pictures, (picture) => (at += picture[0]));
      this.shown = -1;
      this.cursor = -1;
      this.dirty = new Set();
      this.reset(looks.size[0], looks.size[1]);
    }

    reset(cols, rows) {
      this.cols = cols;
      this.rows = Array.from({ length: rows }, () => new Array(cols).fill(Film.BLANK));
      this.touchAll();
    }

    touchAll() {
      this.rows.forEach((_, row) => this.dirty.add(row));
    }

    /* Makes the grid what picture `index` shows. */
    seek(index) {
      if (index === this.shown || !this.pictures.length) return;
      const key = this.keys[countUntil(this.keys, index) - 1];
      let next = this.shown < index && this.shown >= key ? this.shown + 1 : key;
      for (; next <= index; next++) this.apply(this.pictures[next]);
      this.shown = index;
    }

    apply(picture) {
      this.cursor = picture[1];
      for (let n = 2; n < picture.length; n++) {
        const part = picture[n];
        if (typeof part === 'string') this.reset(...part.split('x').map(Number));
        else if (typeof part === 'number') this.moveUp(part);
        else this.patch(part);
      }
    }

    moveUp(by) {
      this.rows.splice(0, by);
      while (by-- > 0) this.rows.push(new Array(this.cols).fill(Film.BLANK));
      this.touchAll();
    }

    patch([row, start, ...parts]) {
      const cells = this.rows[row];
      let col = start;
      let style = -1;
      const put = (text, width) => {
        cells[col++] = [text, width, style];
        if (width === 2) cells[col++] = ['', 0, style];
      };
      for (const part of parts) {
        if (part === -1) cells.fill(Film.BLANK, col);
        else if (typeof part === 'number') style = part;
        else if (typeof part === 'string') for (const c of part) put(c, 1);
        else if (part[0] === 2) for (const c of part[1]) put(c, 2);
        else put(part[1], 1);
      }
      this.dirty.add(row);
    }

    text(row) {
      return this.rows[row].map((cell) => cell[0]).join('');
    }

    /* Where `matches` finds something in a row that did not hold it in the picture before. */
    search(matches) {
      const hits = [];
      let before = [];
      for (let index = 0; index < this.pictures.length; index++) {
        this.dirty.clear();
        this.seek(index);
        const moved = this.pictures[index].slice(2).find((part) => typeof part === 'number') || 0;
        before = before.slice(moved);
        for (const row of this.dirty) {
          const found = matches(this.text(row));
          const known = before[row] || 0;
          if (found.length > known) hits.push({ time: this.times[index], row, found });
          before[row] = found.length;
        }
      }
      this.touchAll();
      return hits;
    }
  }

  /* The grid of a film on the page. */
  class Screen {
    constructor(film) {
      this.film = film;
      this.box = $('screen');
      this.list = $('rows');
      this.cursor = $('cursor');
      this.scroller = $('scroller');
      this.isFitted = null;
      this.hit = null;
      new ResizeObserver(() => this.fit()).observe(this.scroller);
      $('fit').addEventListener('click', () => {
        this.isFitted = !this.isFitted;
        this.fit();
      });
    }

    show(index) {
      const { film } = this;
      film.seek(index);
      if (this.list.children.length !== film.rows.length || this.cols !== film.cols) this.layOut();
      for (const row of film.dirty) this.drawRow(row);
      film.dirty.clear();
      this.drawCursor();
    }

    layOut() {
      this.cols = this.film.cols;
      this.list.replaceChildren(...this.film.rows.map(() => element('div', 'r')));
      this.list.style.width = `${this.cols}ch`;
      this.film.touchAll();
      this.fit();
    }

    /* Characters of one look in one span; those that fonts may draw wider or narrower than a
       column in a box of their own. */
    drawRow(row) {
      const cells = this.film.rows[row];
      const nodes = [];
      const marked = (col) => this.hit?.row === row && this.hit.found.some(([from, to]) => col >= from && col < to);
      let run = null;
      cells.forEach(([text, width, style], col) => {
        if (width === 0) return;
        const isPlain = text.length === 1 && text >= ' ' && text <= '~';
        const isMarked = marked(col);
        if (run && isPlain && run.style === style && run.isMarked === isMarked) {
          run.text += text;
          return;
        }
        run = { text, style, isMarked, width: isPlain ? 0 : width };
        nodes.push(run);
        if (!isPlain) run = null;
      });
      while (nodes.length && this.isBlank(nodes.at(-1))) nodes.pop();
      this.list.children[row].replaceChildren(...nodes.map((node) => this.span(node)));
    }

    isBlank({ text, style, isMarked }) {
      return style === -1 && !isMarked && !text.trim();
    }

    span({ text, style, isMarked, width }) {
      const [color, ground, flags] = this.film.styles[style] || [0, 0, 0];
      const node = element(isMarked ? 'mark' : 'span', width ? `w w${width}` : '', text);
      ['b', 'i', 'u', 's'].forEach((name, bit) => flags & (1 << bit) && node.classList.add(name));
      if (color && !isMarked) node.style.color = color;
      if (ground && !isMarked) node.style.background = ground;
      return node;
    }

    drawCursor() {
      const { cursor } = this.film;
      this.cursor.hidden = cursor < 0;
      this.cursor.style.left = `calc(1ch + ${cursor % 1000}ch)`;
      this.cursor.style.top = `calc(.75em + ${Math.floor(cursor / 1000) * 1.3}em)`;
    }

    /* As large as the window allows; where that would be too small to read, it scrolls instead. */
    fit() {
      const [SMALLEST, READABLE, LARGEST] = [6, 13, 20];
      if (!this.scroller.clientWidth || !this.cols) return;
      const style = this.box.style;
      style.fontSize = '100px';
      const per = this.list.getBoundingClientRect().width / 100 / this.cols;
      const whole = this.scroller.clientWidth / ((this.cols + 2.2) * per);
      const high = isWide.matches ? this.scroller.clientHeight / (this.film.rows.length * 1.3 + 1.5) : LARGEST;
      this.isFitted ??= whole >= SMALLEST;
      const width = this.isFitted ? whole : Math.max(whole, READABLE);
      style.fontSize = `${Math.min(width, Math.max(high, READABLE), LARGEST)}px`;
      $('fit').hidden = whole >= READABLE;
      $('fit').setAttribute('aria-pressed', String(this.isFitted));
    }

    /* Brings a place into view where the screen is wider or higher than its window. */
    follow(row, col) {
      const box = this.scroller;
      const x = (col / this.cols) * this.list.offsetWidth;
      const y = (row / this.film.rows.length) * this.list.offsetHeight;
      if (x < box.scrollLeft + 20 || x > box.scrollLeft + box.clientWidth - 40) {
        box.scrollLeft = x < box.clientWidth - 60 ? 0 : x - box.clientWidth / 2;
      }
      if (y < box.scrollTop + 20 || y > box.scrollTop + box.clientHeight - 50) box.scrollTop = y - box.clientHeight / 2;
    }

    mark(hit) {
      const rows = [this.hit?.row, hit?.row].filter((row) => row !== undefined && row < this.film.rows.length);
      this.hit = hit;
      rows.forEach((row) => this.film.dirty.add(row));
    }
  }

  /* The lines of the recording, put on the page in blocks as they come into view. */
  class Transcript {
    static BLOCK = 200;

    constructor(lines, decimals) {
      this.lines = lines;
      this.decimals = decimals;
      this.box = $('transcript');
      this.found = new Map();
      let at = 0;
      this.times = Float64Array.from(lines, (line) => (at = line[0] < 0 ? at : line[0]));
      this.blocks = [];
      this.observer = new IntersectionObserver((entries) => {
        entries.filter((entry) => entry.isIntersecting).forEach((entry) => this.fill(Number(entry.target.dataset.number)));
      }, { root: this.box, rootMargin: '1500px' });
      for (let start = 0; start < lines.length; start += Transcript.BLOCK) this.addBlock(start);
      if (!lines.length) this.box.append(element('p', 'note', 'There is nothing to read in this recording.'));
      this.current = [];
      this.touched = -Infinity;
      for (const name of ['wheel', 'touchmove', 'keydown']) {
        this.box.addEventListener(name, () => { this.touched = performance.now(); }, { passive: true });
      }
    }

    addBlock(start) {
      const block = element('div', 'block');
      const count = Math.min(Transcript.BLOCK, this.lines.length - start);
      block.dataset.number = this.blocks.length;
      block.dataset.height = `${count * 1.55}em`;
      block.style.minHeight = block.dataset.height;
      this.blocks.push(block);
      this.box.append(block);
      this.observer.observe(block);
    }

    fill(number) {
      const block = this.blocks[number];
      if (block.childElementCount) return;
      this.observer.unobserve(block);
      block.style.minHeight = '';
      // As high as it was drawn last, or about so: a block out of view must not move the others.
      block.style.containIntrinsicBlockSize = `auto ${block.dataset.height}`;
      const start = number * Transcript.BLOCK;
      const lines = this.lines.slice(start, start + Transcript.BLOCK);
      block.append(...lines.map((_, n) => this.line(start + n)));
    }

    fillAll() {
      this.blocks.forEach((_, number) => this.fill(number));
    }

    line(index) {
      const [time, tone, text, number] = this.lines[index];
      const node = element('div', `l t${tone}${number ? ' head' : ''}`);
      node.append(this.gutter(index, time, number), this.content(index, text));
      return node;
    }

    /* A time where it is another than the one above. */
    gutter(index, time, number) {
      const before = index ? this.times[index - 1] : -1;
      const isNew = Math.floor(time / 1000) !== Math.floor(before / 1000);
      const isPreface = time === 0 && this.lines[index][1] === 2;
      if (time < 0 || isPreface || !(isNew || number)) return element('i');
      const link = element('a', '', offset(time, this.decimals));
      link.href = number ? `#command-${number}` : `#t=${time / 1000}`;
      link.tabIndex = -1;
      return link;
    }

    content(index, text) {
      const node = element('span');
      let from = 0;
      for (const [start, end] of this.found.get(index) || []) {
        node.append(text.slice(from, start), element('mark', '', text.slice(start, end)));
        from = end;
      }
      node.append(text.slice(from));
      return node;
    }

    node(index) {
      const number = Math.floor(index / Transcript.BLOCK);
      this.fill(number);
      return this.blocks[number].children[index % Transcript.BLOCK];
    }

    /* Marks what happened last before `time`: all lines of that moment, or of one statement. */
    show(time, mayScroll) {
      let head = countUntil(this.times, time) - 1;
      if (head === this.shownHead) return;
      this.shownHead = head;
      this.current.forEach((node) => node.classList.remove('now'));
      this.current = [];
      if (head < 0) return;
      let last = head;
      while (head > 0 && this.times[head - 1] === this.times[head] && !this.lines[head][3]) head--;
      last = Math.min(last, head + 40);
      for (let index = head; index <= last; index++) this.current.push(this.node(index));
      this.current.forEach((node) => node.classList.add('now'));
      if (mayScroll && performance.now() - this.touched > 4000) this.reveal(this.current[0]);
    }

    /* Twice: what comes into view may turn out to be higher than it was taken for. */
    reveal(node) {
      this.scrollTo(node);
      requestAnimationFrame(() => this.scrollTo(node));
    }

    scrollTo(node) {
      const box = this.box.getBoundingClientRect();
      const line = node.getBoundingClientRect();
      if (line.top < box.top || line.bottom > box.bottom - 10) this.box.scrollTop += line.top - box.top - box.height / 3;
    }

    search(matches) {
      const before = [...this.found.keys()];
      this.found = new Map();
      const hits = [];
      this.lines.forEach((line, index) => {
        const found = matches(line[2]);
        if (!found.length) return;
        this.found.set(index, found);
        hits.push({ time: this.times[index], line: index, found });
      });
      for (const index of new Set([...before, ...this.found.keys()])) this.redraw(index);
      return hits;
    }

    redraw(index) {
      const block = this.blocks[Math.floor(index / Transcript.BLOCK)];
      const node = block.children[index % Transcript.BLOCK];
      if (node) node.lastChild.replaceWith(this.content(index, this.lines[index][2]));
    }
  }

  /* All that is on the page, and where in the recording it stands. */
  class Player {
    constructor({ about, film, looks, lines, commands }) {
      this.about = about;
      this.from = about.from;
      this.to = about.to;
      this.decimals = this.to - this.from < 60000 ? 1 : 0;
      this.commands = commands;
      this.film = film && new Film(film, looks);
      this.screen = this.film && new Screen(this.film);
      this.transcript = new Transcript(lines, this.decimals);
      this.commandTimes = commands.map((command) => command[1]);
      const times = this.film?.pictures.length ? this.film.times : this.transcript.times;
      this.ticks = times.filter((time) => time > this.from && time <= this.to);
      this.position = this.from;
      this.isPlaying = false;
      this.hits = [];
      this.hit = -1;
      this.setUp();
    }

    setUp() {
      $('scrubber').max = Math.max(this.to - this.from, 0);
      $('total').textContent = offset(this.to, this.decimals);
      this.isStill = this.to <= this.from || !this.ticks.length;
      $('play').disabled = $('scrubber').disabled = this.isStill;
      this.marks(this.commandTimes, '');
      this.listCommands();
      if (this.film) {
        $('tabs').hidden = false;
        $('panel-transcript').setAttribute('aria-labelledby', 'tab-transcript');
        if (!this.film.pictures.length) document.body.dataset.emptyScreen = '';
      }
      this.setView(this.transcript.lines.length ? this.about.view : 'transcript');
      this.listen();
      this.draw();
    }

    setView(view) {
      this.view = this.film ? view : 'transcript';
      for (const name of ['screen', 'transcript']) {
        const isChosen = name === this.view;
        $(`panel-${name}`).hidden = !isChosen;
        $(`tab-${name}`).setAttribute('aria-selected', String(isChosen));
        $(`tab-${name}`).tabIndex = isChosen ? 0 : -1;
      }
      this.transcript.shownHead = null;
      this.screen?.fit();
      if (!this.screen || this.view !== 'screen') $('fit').hidden = true;
      if ($('query').value) this.search();
      this.draw();
    }

    share(time) {
      return this.to > this.from ? ((time - this.from) / (this.to - this.from)) * 100 : 0;
    }

    /* Small strokes above the scrubber; those that would lie on one another are one. */
    marks(times, kind) {
      $('marks').querySelectorAll(kind === 'hit' ? '.hit' : '.none').forEach((node) => node.remove());
      const places = new Set(times.map((time) => Math.round(this.share(time) * 4) / 4));
      for (const place of places) {
        const stroke = element('i', kind);
        stroke.style.left = `${place}%`;
        $('marks').append(stroke);
      }
    }

    listCommands() {
      const MOST = 5000;
      const { things } = this.about;
      const list = $('command-list');
      $('commands-title').textContent = things[0].toUpperCase() + things.slice(1);
      const rows = this.commands.slice(0, MOST).map(([number, time, text]) => this.jumpTo(`#command-${number}`, number, text || 'marker', time));
      list.append(...rows);
      if (this.commands.length > MOST) list.append(element('li', 'note', `and ${this.commands.length - MOST} more: search finds them`));
      if (!this.commands.length) list.append(element('li', 'note', `No ${things} were told apart in this recording.`));
      for (const id of ['previous', 'next']) {
        $(id).disabled = !this.commands.length;
        $(id).setAttribute('aria-label', `${id === 'next' ? 'Next' : 'Previous'} ${things.slice(0, -1)}`);
      }
    }

    jumpTo(address, number, text, time) {
      const item = element('li');
      const link = element('a');
      link.href = address;
      link.append(element('b', '', number), element('code', '', text), element('time', '', offset(time, this.decimals)));
      link.addEventListener('click', (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        history.replaceState(null, '', address);
        this.open(address);
      });
      item.append(link);
      return item;
    }

    /* Goes where an address points: #t=1:23.5 or #command-3. */
    open(address) {
      const command = /^#command-(\d+)$/.exec(address);
      const time = command
        ? this.commands.find(([number]) => number === Number(command[1]))?.[1]
        : parseOffset(/^#t=([\d:.]+)$/.exec(address)?.[1] ?? '');
      if (Number.isFinite(time)) this.seek(time);
    }

    seek(time) {
      this.transcript.touched = -Infinity;
      this.position = clamp(time, this.from, this.to);
      this.draw(true);
    }

    draw(isJump = false) {
      const { position } = this;
      if (this.view === 'screen' && this.film.pictures.length) {
        this.screen.show(Math.max(countUntil(this.film.times, position) - 1, 0));
        if (isJump || this.isPlaying) this.screen.follow(Math.max(0, Math.floor(this.film.cursor / 1000)), Math.max(0, this.film.cursor % 1000));
      }
      if (this.view === 'transcript') this.transcript.show(position, isJump || this.isPlaying);
      this.drawTime();
      this.drawCommand(isJump);
    }

    drawTime() {
      const { position } = this;
      const scrubber = $('scrubber');
      scrubber.value = position - this.from;
      scrubber.style.setProperty('--done', `${this.share(position)}%`);
      const now = offset(position, this.decimals);
      if ($('now').textContent === now) return;
      $('now').textContent = now;
      scrubber.setAttribute('aria-valuetext', `${now} of ${$('total').textContent}`);
      if (this.about.started !== null) {
        $('clock').textContent = `${new Date(this.about.started + position).toISOString().slice(11, 19)} UTC`;
      }
    }

    drawCommand(isJump) {
      const index = countUntil(this.commandTimes, this.position) - 1;
      if (index === this.shownCommand) return;
      const links = $('command-list').querySelectorAll('a');
      links[this.shownCommand]?.removeAttribute('aria-current');
      this.shownCommand = index;
      const link = index >= 0 && index < this.commands.length ? links[index] : null;
      link?.setAttribute('aria-current', 'step');
      if (link && (isJump || this.isPlaying)) {
        const list = $('command-list');
        const top = link.offsetTop - list.offsetTop;
        if (top < list.scrollTop || top + link.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
      }
    }

    /* Time */

    play(isPlaying) {
      if (this.isStill) return;
      if (isPlaying && this.position >= this.to) this.position = this.from;
      this.isPlaying = isPlaying;
      $('play').textContent = isPlaying ? 'Pause' : 'Play';
      if (!isPlaying) return this.draw();
      let before = performance.now();
      const turn = (now) => {
        if (!this.isPlaying) return;
        this.elapse(Math.max(now - before, 0) * Number($('speed').value));
        before = now;
        this.draw();
        if (this.position >= this.to) this.play(false);
        else requestAnimationFrame(turn);
      };
      requestAnimationFrame(turn);
    }

    /* Lets `time` go by; what is left of a pause beyond the limit is skipped. */
    elapse(time) {
      const limit = Number($('idle').value) || Infinity;
      while (time > 0 && this.position < this.to) {
        const count = countUntil(this.ticks, this.position);
        const next = count < this.ticks.length ? this.ticks[count] : this.to;
        const since = count ? this.ticks[count - 1] : this.from;
        const rest = Math.min(next, since + limit) - this.position;
        if (rest > time) {
          this.position += time;
          return;
        }
        time -= Math.max(rest, 0);
        this.position = next;
      }
    }

    stepBy(direction) {
      this.play(false);
      const count = countUntil(this.ticks, this.position);
      if (direction > 0) return this.seek(this.ticks[count] ?? this.to);
      const isOn = this.ticks[count - 1] === this.position;
      this.seek(this.ticks[count - (isOn ? 2 : 1)] ?? this.from);
    }

    command(direction) {
      const count = countUntil(this.commandTimes, this.position);
      // Backwards from a moment after its beginning is to that beginning.
      const isOn = this.position - this.commandTimes[count - 1] < 1000;
      const index = direction > 0 ? count : count - (isOn ? 2 : 1);
      const command = this.commands[index];
      if (!command) return direction < 0 && this.seek(this.from);
      history.replaceState(null, '', `#command-${command[0]}`);
      this.seek(command[1]);
    }

    changeSpeed(direction) {
      const select = $('speed');
      select.selectedIndex = clamp(select.selectedIndex + direction, 0, select.length - 1);
      this.say(`Speed ${select.value}×`);
    }

    link() {
      history.replaceState(null, '', `#t=${Math.round(this.position) / 1000}`);
      const pointsHere = `The address of this page now points to ${offset(this.position, 1)}`;
      const copied = navigator.clipboard?.writeText(location.href);
      if (!copied) return this.say(pointsHere);
      copied.then(() => this.say(`${pointsHere}, and is copied`), () => this.say(pointsHere));
    }

    say(text) {
      clearTimeout(this.saying);
      $('said').textContent = text;
      this.saying = setTimeout(() => { $('said').textContent = ''; }, 4000);
    }

    /* Search */

    search() {
      const query = $('query').value;
      const isExact = query !== query.toLowerCase();
      const needle = isExact ? query : query.toLowerCase();
      const matches = (text) => {
        const found = [];
        const hay = isExact ? text : text.toLowerCase();
        // Places would not be the same in a text whose length changes with its case.
        if (!needle || hay.length !== text.length) return found;
        for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + needle.length)) found.push([at, at + needle.length]);
        return found;
      };
      this.searched = `${this.view} ${query}`;
      this.hit = -1;
      this.screen?.mark(null);
      this.hits = this.view === 'screen' && query ? this.film.search(matches) : this.transcript.search(matches);
      this.marks(this.hits.map((hit) => hit.time), 'hit');
      this.tellHits();
      this.draw();
    }

    tellHits() {
      const count = this.hits.length;
      const total = count === 1 ? '1 match' : `${count} matches`;
      $('hits').textContent = !$('query').value ? '' : this.hit < 0 ? total : `${this.hit + 1} of ${total}, at ${offset(this.hits[this.hit].time, 1)}`;
    }

    /* The next match from here, or the one before. */
    toHit(direction) {
      // What waits for the end of typing would forget where this goes.
      clearTimeout(this.typing);
      if (this.searched !== `${this.view} ${$('query').value}`) this.search();
      if (!this.hits.length) return;
      const times = this.hits.map((hit) => hit.time);
      const isThere = this.hits[this.hit]?.time === this.position;
      const first = direction > 0 ? countUntil(times, this.position - 0.5) : countUntil(times, this.position) - 1;
      const next = isThere ? this.hit + direction : first;
      this.hit = (next + this.hits.length) % this.hits.length;
      this.play(false);
      const hit = this.hits[this.hit];
      this.screen?.mark(this.view === 'screen' ? hit : null);
      this.seek(hit.time);
      if (this.view === 'screen') this.screen.follow(hit.row, hit.found[0][0]);
      else this.transcript.reveal(this.transcript.node(hit.line));
      this.tellHits();
    }

    /* Theme */

    nextTheme() {
      const root = document.documentElement;
      const next = { auto: 'dark', dark: 'light', light: 'auto' }[root.dataset.theme || 'auto'];
      if (next === 'auto') delete root.dataset.theme;
      else root.dataset.theme = next;
      $('theme').textContent = `Theme: ${next}`;
    }

    /* Hands */

    listen() {
      const on = (id, event, act) => $(id).addEventListener(event, act);
      on('play', 'click', () => this.play(!this.isPlaying));
      on('previous', 'click', () => this.command(-1));
      on('next', 'click', () => this.command(1));
      on('link', 'click', () => this.link());
      on('theme', 'click', () => this.nextTheme());
      on('help-open', 'click', () => $('help').showModal());
      on('scrubber', 'input', () => this.seek(this.from + Number($('scrubber').value)));
      on('tab-screen', 'click', () => this.setView('screen'));
      on('tab-transcript', 'click', () => this.setView('transcript'));
      on('query', 'input', () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.search(), 200);
      });
      on('search', 'submit', (event) => {
        event.preventDefault();
        this.toHit(1);
      });
      on('hit-previous', 'click', () => this.toHit(-1));
      on('transcript', 'click', (event) => {
        const address = event.target.closest?.('a')?.getAttribute('href');
        if (!address) return;
        event.preventDefault();
        history.replaceState(null, '', address);
        this.open(address);
      });
      addEventListener('hashchange', () => this.open(location.hash));
      addEventListener('beforeprint', () => {
        this.transcript.fillAll();
        if (this.film?.pictures.length) this.screen.show(Math.max(countUntil(this.film.times, this.position) - 1, 0));
      });
      addEventListener('keydown', (event) => this.key(event));
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || $('help').open) return;
      const target = event.target;
      const name = target.tagName;
      if (target.id === 'query') {
        if (event.key === 'Enter' && event.shiftKey) this.toHit(-1);
        else if (event.key === 'Escape') target.blur();
        else return;
        return event.preventDefault();
      }
      if (name === 'SELECT') return;
      if (target.role === 'tab' && /^Arrow(Left|Right)$/.test(event.key)) {
        event.preventDefault();
        this.setView(this.view === 'screen' ? 'transcript' : 'screen');
        return $(`tab-${this.view}`).focus();
      }
      // A button, a link and the disclosure take these themselves.
      if (/^( |Enter)$/.test(event.key) && /^(BUTTON|A|SUMMARY)$/.test(name)) return;
      // What scrolls up and down goes on to do so.
      const act = this.action(event);
      if (!act) return;
      event.preventDefault();
      act();
    }

    action({ key, shiftKey, target }) {
      const by = shiftKey ? 60000 : 5000;
      const isScrubber = target.id === 'scrubber';
      if (/^[0-9]$/.test(key)) return () => this.seek(this.from + ((this.to - this.from) * Number(key)) / 10);
      return {
        ' ': () => this.play(!this.isPlaying),
        ArrowLeft: () => this.seek(this.position - by),
        ArrowRight: () => this.seek(this.position + by),
        ArrowDown: isScrubber && (() => this.seek(this.position - by)),
        ArrowUp: isScrubber && (() => this.seek(this.position + by)),
        Home: () => this.seek(this.from),
        End: () => this.seek(this.to),
        ',': () => this.stepBy(-1),
        '.': () => this.stepBy(1),
        '[': () => this.command(-1),
        ']': () => this.command(1),
        '+': () => this.changeSpeed(1),
        '=': () => this.changeSpeed(1),
        '-': () => this.changeSpeed(-1),
        '/': () => $('query').select(),
        n: () => this.toHit(1),
        N: () => this.toHit(-1),
        t: this.film && (() => this.setView(this.view === 'screen' ? 'transcript' : 'screen')),
        l: () => this.link(),
        d: () => this.nextTheme(),
        '?': () => $('help').showModal(),
      }[key];
    }
  }

  try {
    const names = ['about', 'film', 'looks', 'lines', 'commands'];
    const data = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)])));
    const player = new Player(data);
    player.open(location.hash);
    document.documentElement.dataset.ready = '';
  } catch (error) {
    $('failure').textContent = `This recording cannot be shown here: ${error.message}. A browser of 2023 or later is needed.`;
    $('failure').hidden = false;
  }
})();
