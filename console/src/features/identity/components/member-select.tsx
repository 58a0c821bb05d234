import { Select, type SelectProps } from '@mantine/core'
import { Avatar } from '@/components/ui/avatar'
import { useMembers } from '../api/identity'

type Props = Omit<SelectProps, 'data' | 'renderOption'> & { extra?: { value: string; label: string }[]; only?: readonly string[] }

export function MemberSelect({ extra = [], only, ...props }: Props) {
  const { list } = useMembers()
  const people = list.filter(member => !only || only.includes(member.userId)).map(member => ({ value: member.userId, label: member.name }))
  return (
    <Select
      searchable
      nothingFoundMessage="Nobody by that name"
      data={[...extra, ...people]}
      renderOption={({ option }) => (
        <span style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
          {extra.every(entry => entry.value !== option.value) && <Avatar name={option.label} size={20} />}
          {option.label}
        </span>
      )}
      {...props}
    />
  )
}
