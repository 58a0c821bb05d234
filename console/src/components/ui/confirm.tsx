import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { createContext, use, useCallback, useRef, useState, type ReactNode } from 'react'

export interface Question {
  title: string
  body: ReactNode
  confirm: string
  cancel?: string
  danger?: boolean
  /** For what cannot be undone and is large: the word to be typed first. */
  type?: string
}

type Ask = (question: Question) => Promise<boolean>

const ConfirmContext = createContext<Ask>(() => Promise.resolve(false))

export const useConfirm = () => use(ConfirmContext)

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null)
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const answer = useRef<(yes: boolean) => void>(undefined)

  const ask = useCallback<Ask>(next => {
    setQuestion(next)
    setTyped('')
    setOpen(true)
    return new Promise(resolve => {
      answer.current = resolve
    })
  }, [])

  const close = (yes: boolean) => {
    setOpen(false)
    answer.current?.(yes)
  }
  const ready = !question?.type || typed.trim().toLowerCase() === question.type.toLowerCase()

  return (
    <ConfirmContext value={ask}>
      {children}
      <Modal opened={open} onClose={() => close(false)} title={question?.title} size="sm">
        <form
          onSubmit={event => {
            event.preventDefault()
            if (ready) close(true)
          }}
        >
          <Stack gap="md">
            <Text size="sm" c="dimmed" component="div">
              {question?.body}
            </Text>
            {question?.type && (
              <TextInput label={`Type “${question.type}” to confirm`} value={typed} onChange={event => setTyped(event.currentTarget.value)} data-autofocus autoComplete="off" />
            )}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={() => close(false)}>
                {question?.cancel ?? 'Cancel'}
              </Button>
              <Button type="submit" color={question?.danger ? 'red' : undefined} disabled={!ready} data-autofocus={question?.type ? undefined : true}>
                {question?.confirm}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </ConfirmContext>
  )
}
