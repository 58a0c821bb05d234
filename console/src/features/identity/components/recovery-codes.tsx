import { Button, Checkbox, Code, CopyButton, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'

/** Shown once, here and never again; so the way out asks whether they are kept. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const [kept, setKept] = useState(false)
  const text = codes.join('\n')
  return (
    <Stack gap="sm">
      <Text size="sm">If you lose your phone, each of these codes lets you in once. They are not shown again: print them or put them into your password manager.</Text>
      <Code block>{text}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy the codes'}
          </Button>
        )}
      </CopyButton>
      <Checkbox label="I have kept the codes" checked={kept} onChange={event => setKept(event.currentTarget.checked)} />
      <Group justify="flex-end">
        <Button disabled={!kept} onClick={onClose}>
          Done
        </Button>
      </Group>
    </Stack>
  )
}
