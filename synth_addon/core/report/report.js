"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const grid = document.getElementById("frames");
  const form = document.getElementById("controls");
  const found = document.getElementById("found");
  const SVG = "http://www.w3.org/2000/svg";
  // Corner i of a 3D box takes the upper x, y, z by its bits: edges join corners one bit apart.
  const EDGES = [];
  for (let i = 0; i < 8; i++) for (const bit of [1, 2, 4]) if (!(i & bit)) EDGES.push([i, i | bit]);
  const AXES = ["#ff4d4d", "#4dff6a", "#5c8dff"];
  const KEYPOINTS = { visible: "#ffffff", hidden: "#8a8a8a", outside: "#ff4d4d" };

  /** Make an HTML element with attributes and children. */
  function html(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /** Make an SVG element with attributes inside a parent. */
  function svg(parent, name, attributes = {}) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  }

  const color = (object) => data.colors[object.color] || data.colors[0];

  /** Return the runs of COCO's compressed run-length code: six bits a letter, five of them value,
   * runs from the third on as differences to the one two before. */
  function runs(text) {
    const counts = [];
    for (let at = 0; at < text.length; ) {
      let value = 0, shift = 0, bits;
      do {
        bits = text.charCodeAt(at++) - 48;
        value |= (bits & 31) << shift;
        shift += 5;
      } while (bits & 32);
      if (bits & 16) value |= -1 << shift;
      if (counts.length > 2) value += counts[counts.length - 2];
      counts.push(value);
    }
    return counts;
  }

  function drawMasks(canvas, frame) {
    canvas.width = frame.width;
    canvas.height = frame.height;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(frame.width, frame.height);
    const pixels = new Uint32Array(picture.data.buffer);
    const rgba = new Uint8Array(4);
    const word = new Uint32Array(rgba.buffer);
    for (const object of frame.objects) {
      if (!object.mask || !object.category || !matches(object)) continue;
      rgba.set([1, 3, 5].map((i) => parseInt(color(object).slice(i, i + 2), 16)));
      rgba[3] = 255;
      let place = 0, inside = false;
      for (const length of runs(object.mask)) {
        // Runs go down the columns.
        if (inside) {
          for (let i = place; i < place + length; i++) {
            pixels[(i % frame.height) * frame.width + Math.floor(i / frame.height)] = word[0];
          }
        }
        place += length;
        inside = !inside;
      }
    }
    context.putImageData(picture, 0, 0);
  }

  const DRAW = {
    boxes: (group, object) => rectangle(group, object.category && object.box, object),
    amodal: (group, object) => rectangle(group, object.category && object.amodal, object),
    axes(group, object) {
      if (!object.axes || !object.category || !object.box) return;
      AXES.forEach((stroke, i) => line(group, object.axes[0], object.axes[i + 1], stroke));
    },
    keypoints(group, object) {
      for (const [name, point, state] of object.keypoints) {
        if (!point) continue;
        const [cx, cy] = point;
        const attributes = { cx, cy, r: group.dataset.radius, fill: KEYPOINTS[state] };
        svg(svg(group, "circle", attributes), "title").textContent = `${name}, ${state}`;
      }
    },
    solids(group, object) {
      if (!object.category || !object.box) return;
      for (const [i, j] of EDGES) line(group, object.corners[i], object.corners[j], color(object));
    },
  };

  function rectangle(group, box, object) {
    if (!box) return;
    const [x, y, width, height] = box;
    const element = svg(group, "rect", { x, y, width, height, stroke: color(object) });
    svg(element, "title").textContent = object.reason;
  }

  function line(group, start, end, stroke) {
    if (!start || !end) return;
    svg(group, "line", { x1: start[0], y1: start[1], x2: end[0], y2: end[1], stroke });
  }

  /** Draw a frame's layers anew, for what the filter leaves of its objects. */
  function draw(card) {
    const { frame, overlay, masks } = card;
    overlay.replaceChildren();
    for (const [name, drawObject] of Object.entries(DRAW)) {
      const group = svg(overlay, "g", { class: `layer layer-${name}` });
      group.dataset.radius = frame.width / 110;
      for (const object of frame.objects) if (matches(object)) drawObject(group, object);
    }
    drawMasks(masks, frame);
    card.isDrawn = true;
  }

  function base(frame, kind) {
    const names = { image: "Picture", depth: "Depth", normals: "Normals" };
    if (!frame[kind]) {
      return html("p", { class: `base absent base-${kind}` }, `This dataset holds no ${kind}.`);
    }
    const picture = html("img", { class: `base base-${kind}`, loading: "lazy", decoding: "async" });
    picture.width = frame.width;
    picture.height = frame.height;
    picture.alt = `${names[kind]} of frame ${frame.frame}`;
    // Depth and normals are fetched when they are asked for.
    if (kind === "image") picture.src = frame[kind];
    else picture.dataset.src = frame[kind];
    return picture;
  }

  function build(frame) {
    const bases = ["image", "depth", "normals"].map((kind) => base(frame, kind));
    const masks = html("canvas", { class: "layer layer-masks masks", "aria-hidden": "true" });
    const stage = html("div", { class: "stage" }, ...bases, masks);
    stage.style.aspectRatio = `${frame.width} / ${frame.height}`;
    const viewBox = `0 0 ${frame.width} ${frame.height}`;
    const overlay = svg(stage, "svg", { viewBox, preserveAspectRatio: "none" });
    overlay.setAttribute("aria-hidden", "true");
    const enlarge = html("button", { type: "button", "aria-pressed": "false" }, "Enlarge");
    enlarge.setAttribute("aria-label", `Enlarge frame ${frame.frame}`);
    const words = `Frame ${frame.frame}, scene ${frame.scene}, view ${frame.view}`;
    const about = html("figcaption", { class: "about" }, html("span", {}, words), enlarge);
    const element = html("figure", { class: "frame" }, stage, about, reasons(frame));
    enlarge.addEventListener("click", () => {
      const isWide = element.classList.toggle("wide");
      enlarge.setAttribute("aria-pressed", String(isWide));
    });
    return { frame, element, overlay, masks, bases, isDrawn: false, isNear: false };
  }

  function reasons(frame) {
    const items = frame.objects.map((object) =>
      html("li", object.labelled ? {} : { class: "unlabelled" }, object.reason));
    const without = frame.objects.filter((object) => !object.labelled).length;
    const summary = html("summary", {}, `Why has this object no label? (${without} without)`);
    return html("details", {}, summary, html("ul", {}, ...items));
  }

  function wanted() {
    const value = (name) => form.elements[name].value;
    return {
      category: value("category"),
      text: value("text").trim().toLowerCase(),
      visible: Number(value("visible")) / 100,
      least: Number(value("least")),
      most: value("most") === "" ? Infinity : Number(value("most")),
    };
  }

  let filter = wanted();
  const isFiltering = () =>
    filter.category !== "" || filter.text !== "" || filter.visible > 0 || filter.least > 0 ||
    filter.most < Infinity;

  function matches(object) {
    if (!isFiltering()) return true;
    if (!object.category || !object.pixels) return false;
    const name = `${object.category} ${object.group} ${object.id}`.toLowerCase();
    return (filter.category === "" || object.category === filter.category) &&
      name.includes(filter.text) && object.visible >= filter.visible &&
      object.pixels >= filter.least && object.pixels <= filter.most;
  }

  function applyFilter() {
    filter = wanted();
    let count = 0;
    for (const card of cards) {
      const isShown = !isFiltering() || card.frame.objects.some(matches);
      card.element.hidden = !isShown;
      card.isDrawn = false;
      count += isShown;
    }
    found.textContent = `${count} of ${cards.length} frames shown`;
    refresh();
  }

  function applyLayers() {
    const kind = form.elements.base.value;
    const layers = [...form.querySelectorAll("[name=layer]:checked")].map((box) => box.value);
    grid.className = [kind, ...layers].map((name) => `show-${name}`).join(" ");
    refresh();
  }

  function refresh() {
    const kind = form.elements.base.value;
    for (const card of cards) {
      if (!card.isNear || card.element.hidden) continue;
      if (!card.isDrawn) draw(card);
      for (const picture of card.bases) {
        if (picture.dataset.src && picture.classList.contains(`base-${kind}`)) {
          picture.src = picture.dataset.src;
          delete picture.dataset.src;
        }
      }
    }
  }

  const cards = data.frames.map(build);
  grid.append(...cards.map((card) => card.element));
  const byElement = new Map(cards.map((card) => [card.element, card]));
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) byElement.get(entry.target).isNear = entry.isIntersecting;
    refresh();
  }, { rootMargin: "400px" });
  for (const card of cards) observer.observe(card.element);
  form.addEventListener("submit", (event) => event.preventDefault());
  const apply = (event) =>
    event.target.name === "layer" || event.target.name === "base" ? applyLayers() : applyFilter();
  form.addEventListener("input", apply);
  // Not all that chooses from a list, or steers a browser, also sends "input".
  form.addEventListener("change", apply);
  // The fields have their first values only after the event.
  form.addEventListener("reset", () => setTimeout(() => { applyLayers(); applyFilter(); }));
  applyLayers();
  applyFilter();
})();
