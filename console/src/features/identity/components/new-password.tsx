import { PasswordInput, type PasswordInputProps } from '@mantine/core'

export const passwordProblem = (value: string) => (value.length >= 10 ? null : 'Use at least 10 characters')

export function NewPassword(props: PasswordInputProps) {
  return <PasswordInput label="Password" description="At least 10 characters. A few unrelated words work well." autoComplete="new-password" size="md" {...props} />
}
