# fails: The page has the title
import streamlit as st

st.set_page_config(page_title="Sales Dashboard")

sales = [120, 150, 170, 160]
st.line_chart(sales)
