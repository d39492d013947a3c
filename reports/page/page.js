// What makes the page handier: search, filters, copying. Everything is there without it.
'use strict';
(() => {
  const tools = document.querySelector('.tools');
  if (!tools) return;
  const cases = [...document.querySelectorAll('details.case')];
  const search = tools.querySelector('#search');
  const level = tools.querySelector('#level');
  const suite = tools.querySelector('#suite');
  const shown = tools.querySelector('#shown');
  const buttons = [...tools.querySelectorAll('button[data-verdict]')];

  const texts = new Map(cases.map((one) => [one, one.textContent.toLowerCase()]));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set(buttons.filter((b) => b.getAttribute('aria-pressed') === 'true').map((b) => b.dataset.verdict));
    let count = 0;
    for (const one of cases) {
      const fits = (verdicts.size === 0 || verdicts.has(one.dataset.verdict)) &&
        (!level.value || one.dataset.level === level.value) &&
        (!suite.value || one.dataset.suite === suite.value) &&
        words.every((word) => texts.get(one).includes(word));
      one.hidden = !fits;
      count += fits;
    }
    for (const section of document.querySelectorAll('section.suite')) {
      section.hidden = !section.querySelector('details.case:not([hidden])');
    }
    shown.textContent = `${count} of ${cases.length} cases`;
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      apply();
    });
  }
  for (const field of [search, level, suite]) field.addEventListener('input', apply);
  tools.querySelector('#reset').addEventListener('click', () => {
    search.value = level.value = suite.value = '';
    for (const button of buttons) button.setAttribute('aria-pressed', 'false');
    apply();
  });

  // A link to a case opens it, also when a filter hides it.
  const open = () => {
    const one = location.hash.startsWith('#c') && document.getElementById(location.hash.slice(1));
    if (!one || !one.matches('details.case')) return;
    one.hidden = false;
    one.closest('section.suite').hidden = false;
    one.open = true;
    one.scrollIntoView();
    one.querySelector('summary').focus({ preventScroll: true });
  };
  addEventListener('hashchange', open);

  addEventListener('keydown', (event) => {
    const typing = /^(input|select|textarea)$/i.test(event.target.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape' && event.target === search) {
      search.value = '';
      apply();
    }
  });

  for (const pre of document.querySelectorAll('pre.command')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(pre);
        button.textContent = 'Selected';
      }
    });
    pre.after(button);
  }

  tools.hidden = false;
  apply();
  open();
})();
