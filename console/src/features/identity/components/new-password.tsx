import { PasswordInput, type PasswordInputProps } from '@mantine/core'

export const passwordProblem = (value: string) => ([...value].length >= 12 ? null : 'Use at least 12 characters')

export function NewPassword(props: PasswordInputProps) {
  return <PasswordInput label="Password" description="At least 12 characters. A few words that do not belong together are easy to remember." autoComplete="new-password" size="md" {...props} />
}
