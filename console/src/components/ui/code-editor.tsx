import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { html } from '@codemirror/lang-html'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState } from '@codemirror/state'
import { Decoration, EditorView, highlightActiveLine, keymap, lineNumbers, MatchDecorator, placeholder, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react'

export interface EditorHandle {
  /** Puts text where the cursor is. */
  insert: (text: string) => void
}

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  readOnly?: boolean
  ref?: Ref<EditorHandle>
}

const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: 'var(--tl-blue)' },
  { tag: tags.attributeName, color: 'var(--tl-violet)' },
  { tag: [tags.attributeValue, tags.string], color: 'var(--tl-green)' },
  { tag: [tags.comment, tags.meta], color: 'var(--tl-ink-3)' },
])

const look = EditorView.theme({
  '&': { fontSize: '13px', height: '100%', backgroundColor: 'var(--tl-surface)', color: 'var(--tl-ink)' },
  '&.cm-focused': { outline: '2px solid var(--tl-accent)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.6' },
  '.cm-gutters': { backgroundColor: 'var(--tl-subtle)', color: 'var(--tl-ink-3)', border: 'none', borderRight: '1px solid var(--tl-line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--tl-accent) 6%, transparent)' },
  '.cm-content': { caretColor: 'var(--tl-ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--tl-ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--tl-accent) 25%, transparent)' },
  '.tl-variable': { color: 'var(--tl-accent-ink)', backgroundColor: 'var(--tl-accent-soft)', borderRadius: '3px', padding: '1px 2px' },
})

/** `{{firstName}}` and its kin stand out: they are what differs from person to person. */
const matcher = new MatchDecorator({ regexp: /\{\{[^{}]*\}\}/g, decoration: Decoration.mark({ class: 'tl-variable' }) })
const variables = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = matcher.createDeco(view)
    }
    update(update: ViewUpdate) {
      this.decorations = matcher.updateDeco(update, this.decorations)
    }
  },
  { decorations: plugin => plugin.decorations },
)

export function CodeEditor({ label, value, onChange, readOnly = false, ref }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const changed = useRef(onChange)
  const lock = useRef(new Compartment())
  useEffect(() => {
    changed.current = onChange
  }, [onChange])

  const initial = useRef({ label, value, readOnly })
  useEffect(() => {
    const { label, value, readOnly } = initial.current
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(),
          history(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          html(),
          syntaxHighlighting(colours),
          variables,
          look,
          EditorView.lineWrapping,
          placeholder('<p>Write your message</p>'),
          // Tab keeps moving the focus: a keyboard must be able to leave the editor.
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          lock.current.of(EditorState.readOnly.of(readOnly)),
          EditorView.updateListener.of(update => {
            if (update.docChanged) changed.current(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [])

  useEffect(() => {
    view.current?.dispatch({ effects: lock.current.reconfigure(EditorState.readOnly.of(readOnly)) })
  }, [readOnly])
  useEffect(() => {
    const editor = view.current
    if (editor && editor.state.doc.toString() !== value) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])
  useImperativeHandle(ref, () => ({
    insert: text => {
      const editor = view.current
      if (!editor) return
      editor.dispatch(editor.state.replaceSelection(text))
      editor.focus()
    },
  }))
  return <div ref={host} style={{ height: '100%', minHeight: 0, overflow: 'hidden' }} />
}
