import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import { useShared } from '../store';
import { athenaDialect, completion, type Names } from './sql-completion';
import { written } from './sql-state';

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export interface EditorProps {
  /** Each has a text and an undo of its own. */
  readonly tab: string;
  readonly sql: string;
  readonly names: Names;
  readonly functions: readonly string[];
  readonly mark: Mark | undefined;
  readonly change: (sql: string) => void;
  readonly run: () => void;
}

/** States outlive the view: text, cursor and undo are there again when one comes back to it. */
const kept = new Map<string, EditorState>();
const words = new Compartment();
let latest: EditorProps;
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';

const runQuery = (): boolean => {
  latest.run();
  return true;
};

/** The text of a tab; Escape, then Tab, leaves it. */
export function Editor(props: EditorProps) {
  const { tab, sql, names, functions, mark } = props;
  const element = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  latest = props;

  const create = (text: string): EditorState =>
    EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: runQuery }])),
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false, closeOnBlur: true }),
        indentUnit.of('  '),
        EditorView.lineWrapping,
        placeholder('SELECT …'),
        athenaDialect.extension,
        words.of(completion(latest.names, latest.functions)),
        syntaxHighlighting(classHighlighter),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
        EditorView.contentAttributes.of({
          'aria-label': 'SQL. Press Escape, then Tab, to leave',
          spellcheck: 'false',
          autocapitalize: 'off',
        }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) latest.change(state.doc.toString());
        }),
      ],
    });

  useEffect(() => {
    const made = new EditorView({ parent: element.current as HTMLElement, state: create(sql) });
    view.current = made;
    return () => {
      kept.set(latest.tab, made.state);
      made.destroy();
    };
  }, []);

  const shown = useRef(tab);
  useEffect(() => {
    const editor = view.current as EditorView;
    if (shown.current !== tab) kept.set(shown.current, editor.state);
    const state = kept.get(tab);
    if (shown.current !== tab || state) editor.setState(state?.doc.toString() === sql ? state : create(sql));
    kept.delete(tab);
    shown.current = tab;
    editor.dispatch({ effects: words.reconfigure(completion(names, functions)) });
  }, [tab]);

  useEffect(() => {
    view.current?.dispatch({ effects: words.reconfigure(completion(names, functions)) });
  }, [names, functions]);

  const given = useShared(written);
  useEffect(() => {
    const editor = view.current as EditorView;
    const now = editor.state.doc.toString();
    if (given?.name !== tab) return;
    written.value = undefined; // once: what is typed after it stays
    if (now !== given.sql) editor.dispatch({ changes: { from: 0, to: now.length, insert: given.sql } });
  }, [given]);

  useEffect(() => {
    const editor = view.current as EditorView;
    const inside = mark && mark.to <= editor.state.doc.length ? [mark] : [];
    const found = inside.map(({ from, to, text }): Diagnostic => ({ from, to, message: text, severity: 'error' }));
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [mark, tab]);

  return <div class="editor" ref={element} />;
}
