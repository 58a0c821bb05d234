import { TextInput, type TextInputProps } from '@mantine/core'

/** Appears when the password was right and the account asks for more: the next thing to type. */
export function CodeInput(props: TextInputProps) {
  return <TextInput label="Code" description="From your authenticator app, or one of your recovery codes." autoComplete="one-time-code" size="md" autoFocus {...props} />
}
