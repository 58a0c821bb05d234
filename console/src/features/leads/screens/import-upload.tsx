import { Button, Progress, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { FileUp } from 'lucide-react'
import { useRef, useState, type DragEvent } from 'react'
import { Page } from '@/components/ui/page'
import { FormError } from '@/components/ui/states'
import { formatBytes } from '@/lib/format'
import { explain, isProblem } from '@/lib/problem'
import { importQuery, uploadImport } from '../api/imports'
import classes from './import.module.css'

const LIMIT = 200 * 1000 * 1000

/** What can be said before a single byte is sent. */
export function refuse(file: Pick<File, 'name' | 'size'>): string | undefined {
  if (file.size === 0) return 'This file is empty.'
  if (file.size > LIMIT) return `This file has ${formatBytes(file.size)}. The limit is 200 MB: split it and import the parts.`
  if (/\.(xlsx?|ods|numbers|zip|gz|pdf|docx?)$/i.test(file.name)) return 'This is not a CSV. Open it in your spreadsheet and save it as CSV first.'
  return undefined
}

export function ImportUpload() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const stop = useRef<AbortController>(undefined)
  const [over, setOver] = useState(false)
  const [refused, setRefused] = useState<string>()
  const [share, setShare] = useState(0)
  const send = useMutation({
    meta: { showsError: true },
    mutationFn: (file: File) => {
      stop.current = new AbortController()
      setShare(0)
      return uploadImport(file, setShare, stop.current.signal)
    },
    onSuccess: item => {
      client.setQueryData(importQuery(item.id).queryKey, item)
      void client.invalidateQueries({ queryKey: ['imports'] })
      void navigate({ to: '/imports/$importId', params: { importId: item.id }, search: {}, replace: true })
    },
  })
  const take = (file: File | undefined) => {
    if (!file || send.isPending) return
    send.reset()
    const reason = refuse(file)
    setRefused(reason)
    if (!reason) send.mutate(file)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  const failure = send.error ? explain(send.error) : undefined
  return (
    <Page title="Import leads" crumbs={[{ label: 'Imports', to: '/imports' }]} layout="narrow">
      <div style={{ display: 'grid', gap: 16 }}>
        <div
          className={classes.drop}
          data-over={over || undefined}
          onDragOver={event => {
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <FileUp size={28} strokeWidth={1.5} aria-hidden />
          {send.isPending ? (
            <>
              <Text fw={500}>Uploading {send.variables.name}</Text>
              <Progress value={share * 100} w="min(320px, 80%)" aria-label="Upload progress" />
              <Text size="xs" c="dimmed" className="tl-num">
                {formatBytes(share * send.variables.size)} of {formatBytes(send.variables.size)}
              </Text>
              <Button variant="default" size="xs" onClick={() => stop.current?.abort()}>
                Cancel upload
              </Button>
            </>
          ) : (
            <>
              <Text fw={500}>Drop a CSV file here</Text>
              <Text size="sm" c="dimmed">
                Up to 200 MB. Any delimiter, with or without a header row, UTF-8 or Windows encoding.
              </Text>
              <Button onClick={() => input.current?.click()}>Choose a file</Button>
            </>
          )}
          <input ref={input} type="file" className="tl-sr" tabIndex={-1} accept=".csv,.tsv,.txt,text/csv,text/plain" aria-label="CSV file" onChange={event => {
            take(event.currentTarget.files?.[0])
            event.currentTarget.value = ''
          }} />
        </div>
        <FormError message={refused ?? (failure && (isProblem(send.error) && send.error.status === 0 && !send.error.code ? 'The upload was cancelled.' : (failure.advice ?? failure.title)))} traceId={failure?.traceId} />
        <ol className={classes.steps}>
          <li>
            <strong>Match columns.</strong> Fields are suggested from the header and the first rows.
          </li>
          <li>
            <strong>Check.</strong> A dry run reads every row and tells what would be refused, before anything is stored.
          </li>
          <li>
            <strong>Import.</strong> Refused rows come back as a file with the reason in each. The whole import can be undone.
          </li>
        </ol>
      </div>
    </Page>
  )
}
