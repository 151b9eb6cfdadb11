module github.com/${{ values.destination.owner }}/${{ values.destination.repo }}

go ${{ values.goVersion }}
