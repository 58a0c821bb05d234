import { useHotkeys } from '@mantine/hooks'
import { useCallback, useState } from 'react'

export function usePalette() {
  const [opened, setOpened] = useState(false)
  const [everOpened, setEverOpened] = useState(false)
  const open = useCallback(() => {
    setEverOpened(true)
    setOpened(true)
  }, [])
  const close = useCallback(() => setOpened(false), [])
  useHotkeys([['mod+K', () => (opened ? close() : open())]], [])
  return { opened, everOpened, open, close }
}
