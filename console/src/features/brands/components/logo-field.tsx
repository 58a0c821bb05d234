import { Button, FileButton, Group, TextInput, type TextInputProps } from '@mantine/core'
import { ImageUp } from 'lucide-react'
import { useState } from 'react'
import { formatBytes } from '@/lib/format'

/** A picture in the message itself is small, or it bloats every message that is sent. */
const LIMIT = 64 * 1024
const TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

export function logoProblem(file: Pick<File, 'size' | 'type'>): string | undefined {
  if (!TYPES.includes(file.type)) return 'Use a PNG, JPEG, GIF or WebP picture.'
  if (file.size > LIMIT) return `This picture has ${formatBytes(file.size)}; at most 64 kB fit into a message. Make it smaller or give its address.`
  return undefined
}

const read = (file: File) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result)))
    reader.addEventListener('error', () => reject(reader.error ?? new Error('The picture cannot be read.')))
    reader.readAsDataURL(file)
  })

type Props = Omit<TextInputProps, 'value' | 'onChange'> & { value: string; onText: (value: string) => void }

export function LogoField({ value, onText, error, readOnly, ...props }: Props) {
  const [refused, setRefused] = useState<string>()
  const inline = value.startsWith('data:')
  const take = async (file: File | null) => {
    if (!file) return
    const problem = logoProblem(file)
    setRefused(problem)
    if (!problem) onText(await read(file))
  }
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <TextInput
        {...props}
        label="Logo"
        description="Shown at the top of every message. A transparent PNG reads well on light and dark."
        placeholder="https://…"
        readOnly={readOnly || inline}
        value={inline ? 'Uploaded picture' : value}
        error={refused ?? error}
        onChange={event => {
          setRefused(undefined)
          onText(event.currentTarget.value)
        }}
        style={{ flex: 1 }}
      />
      {!readOnly &&
        (inline ? (
          <Button variant="default" onClick={() => onText('')}>
            Remove
          </Button>
        ) : (
          <FileButton onChange={file => void take(file)} accept={TYPES.join(',')}>
            {button => (
              <Button variant="default" leftSection={<ImageUp size={14} />} {...button}>
                Upload
              </Button>
            )}
          </FileButton>
        ))}
    </Group>
  )
}
